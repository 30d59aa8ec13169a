import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { createModelAccount } from '../../../src/compose/modelAccount.ts';
import { type Investigation, investigations } from '../../../src/crds/kinds.ts';
import { createEvidenceStore, type EvidenceStore } from '../../../src/evidence/store.ts';
import { createInvestigator, type InvestigatorDeps } from '../../../src/investigate/investigate.ts';
import { createModelAdviser } from '../../../src/investigate/model/adviser.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { createLedger } from '../../../src/llm/budget.ts';
import { createModelHttp } from '../../../src/llm/http.ts';
import { createModels } from '../../../src/llm/models.ts';
import { createMemoryStore } from '../../../src/llm/record.ts';
import { createRedactor } from '../../../src/redact/redactor.ts';
import type { GitChange } from '../../../src/sources/changes.ts';
import { workloadResources } from '../../../src/sources/kubernetes/api.ts';
import { startLanguageModel } from '../../standins/languageModel/server.ts';
import { installCrds } from '../../support/installCrds.ts';
import { silentLogger } from '../../support/logger.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { newInvestigation } from '../../support/sreObjects.ts';
import { testClient } from '../../support/testClient.ts';
import { type Made, prepare, refTo } from '../sources/world.ts';
import { loweredLimit } from './loweredLimit.ts';

const { Deployment } = workloadResources;
const redactor = createRedactor();

let admin: KubeClient;
let made: Made;
let namespace: string;
let evidence: EvidenceStore;

beforeAll(async () => {
  admin = testClient(inject('cluster').kubeconfigPath);
  await installCrds(admin);
});
afterAll(() => admin.close());
beforeEach(async () => {
  namespace = await makeNamespace(admin, 'shop');
  made = { client: admin, namespace };
  evidence = createEvidenceStore({ client: admin, namespace, redactor, clock: systemClock });
  await prepare(admin, namespace);
});

const investigator = (more: Partial<InvestigatorDeps> = {}) =>
  createInvestigator({ kube: admin, clock: systemClock, logger: silentLogger, redact: redactor.text, evidence, ...more });

function ask(spec: Partial<Investigation['spec']> = {}): Promise<Investigation> {
  const targets = [refTo(Deployment, namespace, 'cart')];
  return admin.create(
    investigations,
    newInvestigation(
      { namespace, generateName: 'inv-' },
      { incidentRef: undefined, question: 'What is wrong?', window: undefined, targets, ...spec },
    ),
  );
}

const lowered = (): GitChange => ({
  commit: '5f2e1c0a9b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f',
  repository: 'https://git.example/shop.git',
  author: 'Robin',
  authoredAt: new Date(Date.now() - 60_000).toISOString(),
  subject: 'Save memory',
  fields: [
    {
      object: `Deployment/${namespace}/cart`,
      path: 'spec.template.spec.containers[app].resources.limits.memory',
      before: '256Mi',
      after: '16Mi',
    },
  ],
  diff: '-  memory: 256Mi\n+  memory: 16Mi\n+  password: hunter2-hunter2',
});

describe('an investigation on a real API server', () => {
  test('names the commit that lowered the limit, and stores what it cites', async () => {
    await loweredLimit(made);
    const investigation = await ask();
    const git = { changesFor: async () => [lowered()] };
    const result = await investigator({ git }).run({ investigation, signal: AbortSignal.timeout(30_000) });

    expect(result).toMatchObject({
      outcome: 'RootCauseFound',
      rootCause: { reason: 'ContainerOutOfMemory', object: { kind: 'Deployment', name: 'cart', container: 'app' }, change: 'c1' },
      findings: [{ cures: ['RevertCommit', 'SetResources', 'RollbackWorkload'] }],
    });
    expect(result.rootCause?.statement).toContain(
      '“Save memory” by “Robin”, which changed containers[app].resources.limits.memory from “256Mi” to “16Mi”',
    );
    expect(result.report.impact).toContain('the rollout of revision 2');
    const cited = result.evidence.filter(({ id }) => result.rootCause?.evidence.includes(id));
    expect(cited.map(({ digest }) => typeof digest)).toEqual(cited.map(() => 'string'));
    const commit = await evidence.get(result.evidence.find(({ source }) => source === 'git')?.digest ?? '');
    expect(JSON.stringify(commit)).toContain('memory: 16Mi');
  });

  test('lets no secret through, into the result or into the evidence', async () => {
    await loweredLimit(made);
    const result = await investigator({ git: { changesFor: async () => [lowered()] } }).run({
      investigation: await ask(),
      signal: AbortSignal.timeout(30_000),
    });
    const stored = await Promise.all(result.evidence.map(({ digest = '' }) => evidence.get(digest)));
    expect(stored.length).toBeGreaterThan(3);
    expect(JSON.stringify([result, stored])).not.toContain('hunter2');
  });

  test('is written to the status as it is', async () => {
    await loweredLimit(made);
    const investigation = await ask();
    const result = await investigator().run({ investigation, signal: AbortSignal.timeout(30_000) });
    const { metadata } = investigation;
    const written = await admin.patch(
      investigations,
      { namespace, name: metadata.name },
      { status: result },
      { type: 'merge', subresource: 'status' },
    );
    expect(written.status?.rootCause).toEqual(JSON.parse(JSON.stringify(result.rootCause)));
  });

  test('goes on without Git, and says so', async () => {
    await loweredLimit(made);
    const broken = { changesFor: () => Promise.reject(new Error('remote hung up')) };
    const result = await investigator({ git: broken }).run({ investigation: await ask(), signal: AbortSignal.timeout(30_000) });
    expect(result.rootCause).toMatchObject({ reason: 'ContainerOutOfMemory' });
    expect(result.changes.map(({ kind }) => kind)).toEqual(['Rollout']);
    expect(result.gaps.find(({ source }) => source === 'git')?.message).toContain('remote hung up');
    expect(result.report.notSeen?.join(' ')).toContain('remote hung up');
  });

  test('reports what it knows when a source does not answer in time', async () => {
    await loweredLimit(made);
    const silent = { changesFor: () => new Promise<never>(() => undefined) };
    const investigation = await ask({ budget: { seconds: 2, tokens: 0, toolCalls: 50 } });
    const result = await investigator({ git: silent }).run({ investigation, signal: AbortSignal.timeout(30_000) });
    expect(result.rootCause).toMatchObject({ reason: 'ContainerOutOfMemory' });
    expect(result.gaps).toContainEqual(expect.objectContaining({ source: 'git', reason: 'TimedOut' }));
  });

  test('is over when its caller gives up', async () => {
    const shutdown = new Error('shutting down');
    await expect(investigator().run({ investigation: await ask(), signal: AbortSignal.abort(shutdown) })).rejects.toThrow('shutting down');
  });

  test('pays a model once when its result could not be stored and it is run again', async () => {
    await loweredLimit(made);
    const server = await startLanguageModel({ script: [{ kind: 'says', text: '{"hypotheses":[]}' }] });
    try {
      const model = createModelAdviser({
        models: createModels({
          http: createModelHttp(systemClock),
          clock: systemClock,
          random: Math.random,
          servers: [{ provider: 'ollama', url: server.url, name: 'test' }],
          contextTokens: 8_000,
          maxOutputTokens: 1_000,
          records: createMemoryStore(),
        }),
        ledger: createLedger({ store: createModelAccount(admin, namespace), now: systemClock.now }),
        clock: systemClock,
        logger: silentLogger,
        redact: redactor.text,
        deadlineMs: 20_000,
      });
      const investigation = await ask();
      const request = { investigation, signal: AbortSignal.timeout(30_000) };
      const full = { put: () => Promise.reject(new Error('etcdserver: no space')) };
      const first = await investigator({ model, evidence: full }).run(request);
      const asks = server.asks.length;
      expect(asks).toBeGreaterThan(0);
      const second = await investigator({ model }).run(request);
      expect(server.asks).toHaveLength(asks);
      expect(second.usage.tokens).toBe(first.usage.tokens);
    } finally {
      await server.stop();
    }
  });

  test('says that a target does not exist', async () => {
    const result = await investigator().run({ investigation: await ask(), signal: AbortSignal.timeout(30_000) });
    expect(result).toMatchObject({ outcome: 'Unresolved', findings: [] });
    expect(result.report.impact).toContain(`Deployment/${namespace}/cart does not exist`);
  });

  test('a verification judges the present pods alone', async () => {
    await loweredLimit(made);
    const verification = await ask({ purpose: 'Verification', planRef: { name: 'rp-1', uid: 'uid-rp-1' } });
    const result = await investigator().run({ investigation: verification, signal: AbortSignal.timeout(30_000) });
    expect(result).toMatchObject({ outcome: 'Unresolved', findings: [{ reason: 'ContainerOutOfMemory' }], changes: [] });
    expect(result.rootCause).toBeUndefined();
  });

  test('does not look where it may not', async () => {
    await loweredLimit(made);
    const request = { investigation: await ask(), signal: AbortSignal.timeout(30_000), namespaces: ['elsewhere'] };
    const result = await investigator().run(request);
    expect(result.findings).toEqual([]);
    expect(result.gaps).toMatchObject([{ reason: 'Forbidden' }, { source: 'git' }]);
  });

  test('reads on behalf of somebody, who may see nothing', async () => {
    await loweredLimit(made);
    const mallory = testClient(inject('cluster').kubeconfigs.mallory);
    try {
      const result = await investigator().run({ investigation: await ask(), signal: AbortSignal.timeout(30_000), kube: mallory });
      expect(result).toMatchObject({ outcome: 'Unresolved', findings: [] });
      expect(result.gaps).toContainEqual(expect.objectContaining({ source: 'kubernetes', reason: 'Forbidden' }));
    } finally {
      await mallory.close();
    }
  });
});
