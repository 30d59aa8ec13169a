/** What GitOps engines have deployed, and what Agent-SRE is connected to. */
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../../src/redact/redactor.ts';
import { SourceError } from '../../../../src/sources/gap.ts';
import { deliveries } from '../../../../src/sources/kubernetes/boundsApi.ts';
import { createCleaner } from '../../../../src/sources/text.ts';
import { fluxStatusTool } from '../../../../src/tools/cluster/fluxStatus.ts';
import { type Connection, healthCheckTool } from '../../../../src/tools/cluster/healthCheck.ts';
import type { Kinds } from '../../../../src/tools/cluster/kinds.ts';
import { callOf } from '../../../support/callers.ts';
import { createFakeClock } from '../../../support/fakeClock.ts';
import { createMemoryKube } from '../../../support/memoryKube.ts';

const [kustomizations] = deliveries;
const clock = createFakeClock();

/** @param served plurals that the cluster has */
const kindsOf = (served: readonly string[]): Kinds => ({
  find: () => Promise.reject(new Error('not asked')),
  served: async (group, plural) => {
    const found = deliveries.find((one) => one.group === group && one.plural === plural && served.includes(plural));
    return found === undefined ? undefined : { ...found, singular: '', shortNames: [], verbs: ['get', 'list'] };
  },
});

describe('flux_status', () => {
  const tool = async (served: readonly string[]) => {
    const client = createMemoryKube();
    const make = (name: string, ready: string, more: object = {}): Promise<unknown> =>
      client.create(kustomizations, {
        metadata: { namespace: 'flux-system', name },
        spec: { ...more },
        status: {
          conditions: [
            {
              type: 'Ready',
              status: ready,
              reason: ready === 'True' ? 'ReconciliationSucceeded' : 'BuildFailed',
              message: 'password=hunter2-correct',
              lastTransitionTime: '2026-01-01T00:00:00Z',
            },
          ],
          lastAppliedRevision: 'main@sha1:abc',
          lastAttemptedRevision: 'main@sha1:abc',
        },
      });
    await make('apps', 'True');
    await make('broken', 'False');
    await make('held', 'True', { suspend: true });
    return fluxStatusTool({ client, clock, cleaner: createCleaner(createRedactor().text), kinds: kindsOf(served) });
  };

  test('shows what fails first, then what is suspended, with revision and reason, and no secret', async () => {
    const { text, data } = await (await tool(['kustomizations'])).run(
      {},
      callOf('alice', () => true),
    );
    expect(data).toMatchObject({ total: 3, failing: 1, suspended: 1 });
    expect((data['objects'] as readonly { name: string; state: string }[]).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'broken failing',
      'held suspended',
      'apps ready',
    ]);
    expect(text).toMatch(/Kustomization flux-system\/broken: failing.*main@sha1:abc.*BuildFailed/u);
    expect(text).not.toContain('hunter2');
  });

  test('says so where there is no engine', async () => {
    const { text } = await (await tool([])).run(
      {},
      callOf('alice', () => true),
    );
    expect(text).toBe('Neither Flux nor Argo CD is installed in this cluster.');
  });

  test('shows nothing to who may not list it', async () => {
    await expect(
      (await tool(['kustomizations'])).run(
        {},
        callOf('mallory', () => false),
      ),
    ).rejects.toThrow(/You may see none of the GitOps objects here. Not looked at: kustomizations/u);
  });
});

describe('health_check', () => {
  const connection = (kind: string, ask: Connection['ask']): Connection => ({ kind, name: '', ask });
  const tool = (connections: readonly Connection[]) => healthCheckTool({ connections, notConfigured: ['traces'], version: '1.2.3', clock });

  test('tells what does not answer first, in words that give no address away', async () => {
    const fails = connection('logs', () => Promise.reject(new SourceError('Forbidden', 'GET http://loki.internal:3100 401')));
    const { text, data } = await tool([connection('metrics', async () => 'v3\u001b[31m'), fails]).run(
      {},
      callOf('alice', () => false),
    );
    expect(data).toMatchObject({
      status: 'degraded',
      connections: [
        { kind: 'logs', ok: false },
        { kind: 'metrics', ok: true, says: 'v3' },
      ],
    });
    expect(text).toContain('logs: does not answer, it refuses our credentials');
    expect(text).not.toContain('loki.internal');
    expect(text).toContain('Not configured: traces.');
  });

  test('does not wait for what hangs', async () => {
    const hangs = connection('logs', () => new Promise(() => undefined));
    const running = tool([hangs]).run(
      {},
      callOf('alice', () => false),
    );
    await clock.advance(5_000);
    expect((await running).text).toContain('logs: does not answer, not within 4 s');
  });
});
