/** A person's silence, made in real Alertmanagers by the real controller on a real API server: also while one is away, and by a process that dies. */
import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { SilenceClient } from '../../../src/controllers/silence/board.ts';
import { createSilenceController } from '../../../src/controllers/silence/controller.ts';
import { type Incident, incidents } from '../../../src/crds/kinds.ts';
import { NO_RULES } from '../../../src/domain/identity.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createManager } from '../../../src/kube/manager.ts';
import { createAlertmanager, type KeptSilence } from '../../../src/sources/alertmanager.ts';
import { createHttpSource } from '../../../src/sources/http.ts';
import { type Alertmanager, startAlertmanager } from '../../cluster/addons/alertmanager.ts';
import { openWorkspace, type Workspace } from '../../cluster/workspace/workspace.ts';
import { startWriting } from '../../support/auditChain.ts';
import { installCrds } from '../../support/installCrds.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { alert } from '../../support/plans.ts';
import { newIncident } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';
import { until, untilTrue } from '../../support/until.ts';
import { crashLoop } from '../../unit/intake/builders.ts';

const http = createHttpSource({ clock: systemClock });
const AWAY = 'http://127.0.0.1:9';
const inHours = (hours: number): string => new Date(Date.now() + hours * 3600_000).toISOString();

let workspace: Workspace;
let pair: readonly Alertmanager[];
let admin: KubeClient;
let namespace: string;
let name: string;
const lives: (() => Promise<void>)[] = [];

beforeAll(async () => {
  workspace = await openWorkspace({ description: 'two Alertmanagers' });
  pair = [await startAlertmanager(workspace), await startAlertmanager(workspace)];
  admin = testClient(inject('cluster').kubeconfigPath);
  await installCrds(admin);
}, 120_000);
afterAll(async () => {
  await admin?.close();
  await http.close();
  await workspace?.stop();
});
beforeEach(async () => {
  namespace = await makeNamespace(admin, 'silence');
  const alerts = [{ ...alert('firing'), labels: { ...crashLoop, deployment: namespace } }];
  ({
    metadata: { name },
  } = await admin.create(incidents, newIncident({ namespace, generateName: 'inc-' }, { alerts })));
});
afterEach(async () => {
  await Promise.all(lives.splice(0).map((die) => die()));
});

const clientOf = (url: string, at: number): SilenceClient => createAlertmanager(http, { name: `am-${at}`, url });
const clients = (): readonly SilenceClient[] => pair.map(({ url }, at) => clientOf(url, at));

/** One life of the part of the investigator that silences. */
function live(alertmanagers: readonly SilenceClient[], client = testClient(inject('cluster').kubeconfigPath)): () => Promise<void> {
  const manager = createManager({
    client,
    clock: systemClock,
    logger: silentLogger,
    registry: new Registry(),
    name: 'agentsre.io/test',
    drainMs: 500,
  });
  const audit = startWriting().write({ chain: 'investigator' });
  const definition = createSilenceController({
    alertmanagers,
    identity: NO_RULES,
    namespace,
    audit,
    clock: systemClock,
    redact: (text) => text,
  });
  manager.addController({ ...definition, namespace });
  const stop = new AbortController();
  const running = manager.run(stop.signal);
  const die = async (): Promise<void> => {
    stop.abort();
    await running.catch(() => undefined);
  };
  lives.push(die);
  return die;
}

const say = (silence: object | null): Promise<Incident> =>
  admin.patch(incidents, { namespace, name }, { spec: { silence } }, { type: 'merge' });
const status = async (): Promise<Incident['status']> => (await admin.get(incidents, { namespace, name }))?.status;
const all = async (at: number): Promise<readonly KeptSilence[]> =>
  (await clients()[at]!.keptSilences()).filter(({ matchers }) => matchers.some(({ value }) => value === namespace));
const alive = async (at: number): Promise<readonly KeptSilence[]> => (await all(at)).filter(({ state }) => state !== 'expired');
const settled = (): Promise<NonNullable<Incident['status']>['silences']> =>
  until('it is silenced', async () => {
    const { silences = [] } = (await status()) ?? {};
    return silences.length > 0 && silences.every(({ problem }) => problem === undefined) ? silences : undefined;
  });

const byAlice = { until: inHours(2), reason: 'upgrade of the nodes', by: 'alice' };

describe('a silence that a person asks for', () => {
  test('is in every Alertmanager, in their name, for exactly that trouble', async () => {
    await say(byAlice);
    live(clients());
    const silences = await settled();
    expect(silences).toMatchObject([
      { alertmanager: 'am-0', by: 'alice', own: true },
      { alertmanager: 'am-1', own: true },
    ]);
    const [first] = await alive(0);
    expect(first).toMatchObject({ id: silences?.[0]?.id, createdBy: 'alice', state: 'active', endsAt: Date.parse(byAlice.until) });
    expect(first?.comment).toMatch(new RegExp(`^${name}: upgrade of the nodes \\[agent-sre `, 'u'));
    expect((await status())?.silencedUntil).toBe(byAlice.until);
    expect(await alive(1)).toHaveLength(1);
  });

  test('follows its word: another end, and lifted', async () => {
    await say(byAlice);
    live(clients());
    const before = await settled();
    const later = inHours(4);
    await say({ until: later });
    await untilTrue('the end is moved', async () => (await alive(1))[0]?.endsAt === Date.parse(later));
    expect((await alive(0)).map(({ id }) => id)).toEqual([before?.[0]?.id]);
    await say(null);
    await untilTrue('it is lifted', async () => (await alive(0)).length + (await alive(1)).length === 0);
    await untilTrue('the status says so', async () => ((await status())?.silences ?? []).length === 0);
    expect((await status())?.silencedUntil).toBeUndefined();
  });

  test('is tried again where an Alertmanager is away, and that is said', async () => {
    await say(byAlice);
    const urls = [pair[0]?.url ?? '', AWAY];
    const away = live(urls.map(clientOf));
    const told = await until('it is told', async () => (await status())?.silences);
    expect(told).toMatchObject([
      { alertmanager: 'am-0', own: true },
      { alertmanager: 'am-1', own: true, problem: 'nothing listens at its address: ECONNREFUSED' },
    ]);
    expect([told[0]?.problem, told[1]?.id]).toEqual([undefined, undefined]);
    expect((await status())?.silencedUntil).toBe(byAlice.until);
    await away();
    live(clients());
    await settled();
    expect([(await all(0)).length, (await all(1)).length]).toEqual([1, 1]);
  });

  test('is not made twice by a process that dies before it has said so', async () => {
    await say(byAlice);
    const [first] = clients();
    if (first === undefined) throw new Error('no Alertmanager');
    const made = Promise.withResolvers<void>();
    const dying: SilenceClient = {
      ...first,
      putSilence: async (silence) => {
        await first.putSilence(silence);
        made.resolve();
        throw new Error('the process is dead');
      },
    };
    const die = live([dying]);
    await made.promise;
    await die();
    live(clients());
    await settled();
    expect(await all(0)).toHaveLength(1);
  });

  test('is one again where two have made it', async () => {
    await say(byAlice);
    const die = live(clients());
    await settled();
    await die();
    const [one] = await alive(0);
    if (one === undefined) throw new Error('no silence');
    const { id: _id, ...same } = one;
    await clients()[0]?.putSilence({ ...same, comment: one.wholeComment });
    expect(await alive(0)).toHaveLength(2);
    live(clients());
    await untilTrue('there is one', async () => (await alive(0)).length === 1);
    await settled();
  });

  test('is one in the end where two processes believe that they lead', async () => {
    await say(byAlice);
    live(clients());
    live(clients());
    await settled();
    await untilTrue('each has one', async () => (await alive(0)).length === 1 && (await alive(1)).length === 1);
    await settled();
  });

  test('stays ended where somebody has ended it in Alertmanager', async () => {
    await say(byAlice);
    const die = live(clients());
    const silences = await settled();
    await die();
    await clients()[0]?.endSilence(silences?.[0]?.id ?? '');
    live(clients());
    const told = await until('that is told', async () => (await status())?.silences?.find(({ problem }) => problem !== undefined));
    expect(told).toMatchObject({ alertmanager: 'am-0', problem: expect.stringContaining('it was ended there at') });
    expect(await alive(0)).toEqual([]);
  });
});

test('what others silence in Alertmanager is told of an open Incident', async () => {
  const matchers = [{ name: 'deployment', value: namespace, isRegex: false, isEqual: true }];
  const endsAt = Date.parse(inHours(1));
  await clients()[1]?.putSilence({ matchers, startsAt: Date.now(), endsAt, createdBy: 'bob', comment: 'database upgrade' });
  live(clients());
  const told = await until('it is told', async () => (await status())?.silences);
  expect(told).toMatchObject([
    { alertmanager: 'am-1', by: 'bob', reason: 'database upgrade', own: false, until: new Date(endsAt).toISOString() },
  ]);
  expect((await status())?.silencedUntil).toBe(new Date(endsAt).toISOString());
  expect(await alive(1)).toHaveLength(1);
});
