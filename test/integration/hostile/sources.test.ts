/**
 * Each source in turn is slow, down or lying, while a real API server shows what is wrong: the investigation says the same as without that
 * source, says which source failed and how, ends in its time, and holds little of what it is sent.
 */
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { InvestigatorDeps } from '../../../src/investigate/investigate.ts';
import type { InvestigationResult } from '../../../src/investigate/result.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import { type AnsweringServer, startAnsweringServer } from '../../support/answeringServer.ts';
import { makeNamespace } from '../../support/namespace.ts';
import { testClient } from '../../support/testClient.ts';
import { loweredLimit } from '../investigate/loweredLimit.ts';
import { prepare } from '../sources/world.ts';
import { investigateOn, watchingMemory } from './investigation.ts';
import { listsOf } from './lies.ts';
import { NEVER_TOLD, PRANKS } from './pranks.ts';
import { CLOCKS, SOURCES, type Source, sourcesAt } from './sources.ts';

const IMAGES = { before: 'registry.test/cart:sha-0a1b2c3', after: 'registry.test/cart:sha-1a2b3c4' };
/** Of one answer of a source: the limit of 8 MiB, and what the machine's own buffers take in advance. */
const MOST_SENT = 32 * 2 ** 20;
const MOST_GROWTH = 400 * 2 ** 20;

let admin: KubeClient;
let namespace: string;
let server: AnsweringServer;
let alone: InvestigationResult;
let asked = 0;
let sent = 0;

beforeAll(async () => {
  admin = testClient(inject('cluster').kubeconfigPath);
  namespace = await makeNamespace(admin, 'hostile');
  await prepare(admin, namespace);
  await loweredLimit({ client: admin, namespace }, IMAGES);
  server = await startAnsweringServer();
  alone = await investigate({});
});
afterAll(async () => {
  await server.close();
  await admin.close();
});

const investigate = (deps: Partial<InvestigatorDeps>, seconds?: number): Promise<InvestigationResult> =>
  investigateOn(admin, namespace, deps, seconds);

/** What the source has no part in. */
const said = ({ outcome, rootCause, findings, changes, hypotheses }: InvestigationResult): unknown => ({
  outcome,
  rootCause,
  findings,
  changes,
  hypotheses,
});

function watch(prank: AnsweringServer['answer']): void {
  asked = 0;
  sent = 0;
  server.answer = (request, response) => {
    asked += 1;
    const { socket } = request;
    const before = socket.bytesWritten;
    response.on('close', () => {
      sent = Math.max(sent, socket.bytesWritten - before);
    });
    prank(request, response);
  };
}

const gapsOf = ({ name, told }: Source, { gaps }: InvestigationResult) =>
  gaps.filter(({ source, message }) => told.some((kind) => kind === source) && message.includes(name));

/** What holds whatever a source does. */
function expectUnharmed(result: InvestigationResult, grown: number): void {
  expect(said(result)).toEqual(said(alone));
  expect(result.gaps.map(({ message }) => message).join('\n')).not.toContain('the time of this investigation was up');
  for (const text of NEVER_TOLD) expect(JSON.stringify(result)).not.toContain(text);
  expect(sent).toBeLessThan(MOST_SENT);
  expect(grown).toBeLessThan(MOST_GROWTH);
}

test('without any of them the cause is known', () => {
  expect(alone).toMatchObject({ outcome: 'RootCauseFound', rootCause: { reason: 'ContainerOutOfMemory' } });
});

describe.each(SOURCES)('$name', (source) => {
  const names = [source.name];

  test.each(PRANKS)('$name', async ({ answer, want, isSlow }) => {
    watch(answer);
    const clock = isSlow ? CLOCKS.hasty : CLOCKS.patient;
    const { value: result, grown } = await watchingMemory(() => investigate(sourcesAt(server.url, names, clock)));
    expectUnharmed(result, grown);
    expect(asked > 0).toBe(source.told.length > 0);
    const gaps = gapsOf(source, result);
    expect([...new Set(gaps.map((gap) => gap.source))].toSorted()).toEqual(source.told);
    expect(gaps.filter(({ reason }) => !want.includes(reason))).toEqual([]);
  });

  test('nobody listens', async () => {
    const result = await investigate(sourcesAt('http://127.0.0.1:1', names, CLOCKS.patient));
    expect(said(result)).toEqual(said(alone));
    const gaps = gapsOf(source, result).map((gap) => `${gap.source}: ${gap.reason}`);
    expect(gaps.toSorted()).toEqual(source.told.map((kind) => `${kind}: Unavailable`));
  });

  test('has a million of everything', async () => {
    watch(listsOf(1_000_000, '1'));
    const { value: result, grown } = await watchingMemory(() => investigate(sourcesAt(server.url, names, CLOCKS.patient)));
    expectUnharmed(result, grown);
    expect([...new Set(gapsOf(source, result).map((gap) => gap.source))].toSorted()).toEqual(source.told);
    expect(gapsOf(source, result).filter(({ reason }) => reason !== 'TooLarge' && reason !== 'Malformed')).toEqual([]);
  });

  test.each(['NaN', '+Inf', '-Inf', '1e999', '', '9'.repeat(400)])('says “%s” where a number should be', async (value) => {
    watch(listsOf(40, value));
    const { value: result, grown } = await watchingMemory(() => investigate(sourcesAt(server.url, names, CLOCKS.patient)));
    expectUnharmed(result, grown);
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/u);
  });
});

describe('all of them at once', () => {
  const names = SOURCES.map(({ name }) => name);

  test.each(PRANKS)('$name', async ({ answer, isSlow }) => {
    watch(answer);
    const clock = isSlow ? CLOCKS.hasty : CLOCKS.patient;
    const { value: result, grown } = await watchingMemory(() => investigate(sourcesAt(server.url, names, clock)));
    expectUnharmed(result, grown);
    // two that fail alike make one gap, which names the first
    const told = new Set(result.gaps.map(({ source }) => source));
    expect(SOURCES.flatMap((source) => source.told).filter((kind) => !told.has(kind))).toEqual([]);
  });

  test('are so slow that the investigation ends before them', async () => {
    watch(() => undefined);
    const result = await investigate(sourcesAt(server.url, names, systemClock), 2);
    expect(said(result)).toEqual(said(alone));
    expect(result.gaps).toContainEqual(expect.objectContaining({ source: 'metrics', reason: 'TimedOut' }));
  });
});
