/** Of the hostile plans the API server refuses by schema and CEL what it can see, and the executor what is left: none gets past both. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { ACTION_TYPES } from '../../../src/crds/actions/actions.ts';
import { type RemediationPlan, remediationPlans } from '../../../src/crds/kinds.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { apiErrorIn } from '../../../src/kube/errors.ts';
import { applyManifest, installCrds } from '../../support/installCrds.ts';
import { testClient } from '../../support/testClient.ts';
import { judge } from '../../unit/remediate/hostile/judge.ts';
import { goodPlan, hostilePlans } from '../../unit/remediate/hostile/plans.ts';
import { openWorld } from '../../unit/remediate/hostile/world.ts';

const namespace = `hostile-${randomUUID().slice(0, 8)}`;
const AT_ONCE = 20;

let client: KubeClient;
beforeAll(async () => {
  client = testClient(inject('cluster').kubeconfigPath);
  await installCrds(client);
  await applyManifest(client, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
});
afterAll(() => client.close());

/** Whether schema and CEL take it; any other answer than yes and no is an error. */
async function takes({ spec }: RemediationPlan): Promise<boolean> {
  try {
    await client.create(remediationPlans, { metadata: { generateName: 'x-', namespace }, spec }, { dryRun: true });
    return true;
  } catch (error) {
    const status = apiErrorIn(error)?.status;
    if (status === 422 || status === 400) return false;
    throw error;
  }
}

test.each(ACTION_TYPES)('takes a good plan of %s', async (type) => {
  expect(await takes(goodPlan(type))).toBe(true);
});

test('none of the hostile plans gets past the API server and the executor', async () => {
  const all = hostilePlans();
  const taken: (typeof all)[number][] = [];
  for (let start = 0; start < all.length; start += AT_ONCE) {
    const some = all.slice(start, start + AT_ONCE);
    const answers = await Promise.all(some.map(({ plan }) => takes(plan)));
    taken.push(...some.filter((_, index) => answers[index]));
  }
  const world = await openWorld();
  const admitted: string[] = [];
  for (const { name, plan } of taken) {
    if ((await judge(world, plan)).by === 'nobody') admitted.push(name);
  }
  expect(admitted).toEqual([]);
  // What is nonsense by its shape is for the schema, before anybody of ours has seen it.
  expect(all.length - taken.length).toBeGreaterThan(all.length / 3);
}, 120_000);
