/** Plans that no commit can make: proposed with strategy Direct, also where Git can’t be written to, and never beyond the Incident’s reach. */
import { describe, expect, test } from 'vitest';
import type { ObjectRef } from '../../../src/crds/common.ts';
import type { FindingReason } from '../../../src/crds/reasons.ts';
import type { Handoff } from '../../../src/remediate/propose.ts';
import { type Proposal, propose } from '../../../src/remediate/propose.ts';
import { readWorkload } from '../../../src/remediate/workload.ts';
import { openWorld } from './hostile/world.ts';
import { incidentOf, investigationOf, nothingMeasured, OPERATOR, ownerOf } from './support.ts';

interface Case {
  readonly name: string;
  readonly reason: FindingReason;
  readonly object?: ObjectRef;
  readonly detail?: string;
  readonly owner?: Parameters<typeof propose>[0]['owner'];
  readonly from?: string;
  readonly withoutWorkload?: boolean;
  readonly want: object;
}

async function proposed({ reason, object, detail, owner = ownerOf(), from, withoutWorkload = false }: Case): Promise<Proposal | Handoff> {
  const client = await openWorld();
  const investigation = investigationOf({ reason });
  const { status } = investigation;
  const [finding] = status?.findings ?? [];
  if (status?.rootCause === undefined || finding === undefined) throw new Error('no root cause');
  const about = object ?? { kind: 'Deployment', namespace: 'shop', name: 'cart', container: 'app' };
  return propose({
    incident: incidentOf({}, from),
    investigation: {
      ...investigation,
      status: {
        ...status,
        rootCause: { ...status.rootCause, object: about },
        findings: [{ ...finding, object: about, ...(detail === undefined ? {} : { detail }) }],
      },
    },
    workload: withoutWorkload ? undefined : await readWorkload(client, { kind: 'Deployment', namespace: 'shop', name: 'cart' }),
    owner,
    settings: { operatorNamespace: OPERATOR },
    client,
    choosing: nothingMeasured,
  });
}

const n1 = { kind: 'Node', name: 'n1' };
const tls = { kind: 'Certificate', namespace: 'shop', name: 'tls' };
const none = { engine: 'None' } as const;

describe('proposes directly', () => {
  test.each<Case>([
    {
      name: 'a restart, where no engine applies the workload',
      reason: 'DatabasePoolExhausted',
      owner: none,
      want: { type: 'RestartWorkload' },
    },
    {
      name: 'a cordon, whatever the workload',
      reason: 'NodeDiskPressure',
      object: n1,
      withoutWorkload: true,
      want: { type: 'CordonNode', target: { kind: 'Node', name: 'n1' } },
    },
    {
      name: 'to uncordon the one node that is cordoned',
      reason: 'NodeCordoned',
      owner: none,
      want: { type: 'UncordonNode', target: { name: 'n4' } },
    },
    {
      name: 'to renew a Certificate',
      reason: 'CertificateExpired',
      object: tls,
      withoutWorkload: true,
      want: { type: 'RenewCertificate', target: { kind: 'Certificate', name: 'tls' } },
    },
    {
      name: 'to expand a claim that nobody applies from Git',
      reason: 'VolumeFull',
      detail: 'data',
      owner: none,
      want: { type: 'ExpandVolume', expandVolume: { mebibytes: 1536 } },
    },
  ])('$name', async (one) => {
    expect(await proposed(one)).toMatchObject({ kind: 'proposal', spec: { strategy: 'Direct', actions: [one.want] } });
  });

  test('and in Git what Git says', async () => {
    const expanded = await proposed({ name: '', reason: 'VolumeFull', detail: 'data', want: {} });
    expect(expanded).toMatchObject({ kind: 'proposal', spec: { strategy: 'Commit', actions: [{ type: 'ExpandVolume' }] } });
  });
});

describe('hands over', () => {
  test.each<Case>([
    {
      name: 'a tenant’s node',
      reason: 'NodeDiskPressure',
      object: n1,
      from: 'shop',
      want: { reason: 'NoSafeAction', lookAt: expect.arrayContaining(['CordonNode: Node n1 is outside of namespace shop']) },
    },
    {
      name: 'another tenant’s certificate',
      reason: 'CertificateExpired',
      object: tls,
      from: 'bank',
      withoutWorkload: true,
      want: { reason: 'NoWorkload' },
    },
    { name: 'what only Git could mend, where nobody applies it', reason: 'ProbePortMismatch', owner: none, want: { reason: 'NoOwner' } },
    { name: 'a pod that is the only one', reason: 'ContainerSandboxFailed', owner: none, want: { reason: 'NoOwner' } },
    {
      name: 'a kind that is not served',
      reason: 'CertificateExpired',
      object: { ...tls, name: 'gone' },
      withoutWorkload: true,
      want: { reason: 'NoWorkload' },
    },
  ])('$name', async (one) => {
    expect(await proposed(one)).toMatchObject({ kind: 'handoff', ...one.want });
  });
});
