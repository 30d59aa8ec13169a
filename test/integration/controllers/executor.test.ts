/**
 * The executor on a real API server with admission, real Git and the real Flux; nodes are simulated, and the test plays the approver and
 * the investigator.
 *
 * It is killed before and after each of its writes to the API server, one life after another: its plan still reaches its end, and has
 * pushed exactly one commit, or one and its revert. Between two writes lie the effects outside the cluster, so this also kills it
 * right before and right after each push.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { approvals } from '../../../src/crds/kinds.ts';
import { live, liveAndDie, seen } from './executorLife.ts';
import {
  answerVerification,
  approve,
  auditAtTheEnd,
  begin,
  cart,
  lifeOf,
  type Outcome,
  openTheatre,
  type Theatre,
} from './executorStory.ts';

/** More than any plan needs: each second life gets one write further. */
const LIVES_MAX = 150;

let theatre: Theatre;

beforeAll(async () => {
  theatre = await openTheatre();
}, 120_000);
afterAll(() => theatre?.close());

interface Case {
  readonly name: string;
  readonly shop: string;
  readonly outcome: Outcome;
  readonly want: { readonly phase: string; readonly port: string; readonly commits: number };
}

test.each<Case>([
  {
    name: 'a fix that helps is pushed exactly once',
    shop: 'helped',
    outcome: 'NothingWrong',
    want: { phase: 'Succeeded', port: '8080', commits: 1 },
  },
  {
    name: 'a fix that does not help is pushed and taken back exactly once',
    shop: 'not-helped',
    outcome: 'Unresolved',
    want: { phase: 'RolledBack', port: '9090', commits: 2 },
  },
])('killed at every write, $name', { timeout: 240_000 }, async ({ shop: name, outcome, want }) => {
  const { shop, bad, plan } = await begin(theatre, name);
  const over = new AbortController();
  const others = approve(theatre, plan).then(() => answerVerification(theatre, plan, outcome, over.signal));
  const deaths = await liveAndDie(lifeOf(theatre, plan), LIVES_MAX);
  over.abort();
  await others;

  const { status } = await seen(theatre.stage.client, plan);
  expect(status?.phase, JSON.stringify(status?.conditions)).toBe(want.phase);
  expect(shop.ada.read('apps/cart.yaml')).toBe(cart(name, want.port));
  const ours = shop.ada.git('log', '--reverse', '--format=%H', `${bad}..HEAD`).split('\n');
  expect(ours).toEqual([status?.commit?.sha, status?.rollback?.commit?.sha].slice(0, want.commits));
  const { problems, entries } = await auditAtTheEnd(theatre, plan);
  expect(problems).toEqual([]);
  const told = entries.filter(({ subject }) => subject?.uid === plan.metadata.uid).map(({ event }) => event);
  expect(told.filter((event) => event === 'CommitPushed')).toHaveLength(1);
  expect(told.filter((event) => event === 'RevertPushed')).toHaveLength(want.commits - 1);
  expect(told.indexOf('EffectIntended')).toBeLessThan(told.indexOf('CommitPushed'));
  expect(told).toEqual(expect.arrayContaining(['PlanRendered', 'ApprovalJudged', 'PlanApproved', 'Synced', 'Verified', 'PlanEnded']));
  expect(deaths.filter((death) => death === 'before apply remediationplans').length).toBeGreaterThan(3);
});

test('refused by the Git host, the plan says so and waits for a person; with the right password it goes on', {
  timeout: 120_000,
}, async () => {
  const { plan } = await begin(theatre, 'refused');
  const { client, passwordFile } = theatre.stage;
  const password = readFileSync(passwordFile, 'utf8');
  writeFileSync(passwordFile, 'wrong');
  await live({ ...lifeOf(theatre, plan), isOver: ({ status }) => status?.waitingOn?.detail !== undefined });
  const { status } = await seen(client, plan);
  expect(status?.waitingOn).toMatchObject({ who: 'Person', detail: expect.stringContaining('credential') });
  expect(status?.conditions?.find(({ type }) => type === 'Rendered')).toMatchObject({ status: 'False', reason: 'GitUnauthorized' });

  writeFileSync(passwordFile, password);
  await live({ ...lifeOf(theatre, plan), isOver: ({ status: now }) => now?.phase === 'AwaitingApproval' });
  expect((await seen(client, plan)).status).toMatchObject({ phase: 'AwaitingApproval', digest: expect.stringMatching(/^sha256:/u) });
});

test('an approval for which the world has moved since is answered: the plan has ended', { timeout: 120_000 }, async () => {
  const { plan, shop } = await begin(theatre, 'moved');
  const { client } = theatre.stage;
  await live({ ...lifeOf(theatre, plan), isOver: ({ status }) => status?.phase === 'AwaitingApproval' });
  await shop.applied(shop.ada.commit('Be two', { 'apps/cart.yaml': cart('moved', '9090').replace('replicas: 1', 'replicas: 2') }));
  await approve(theatre, plan);
  const answer = async () =>
    (await client.list(approvals, { namespace: plan.metadata.namespace })).items.find(({ spec }) => spec.planRef.uid === plan.metadata.uid)
      ?.status;
  await live({ ...lifeOf(theatre, plan), isOver: async () => (await answer())?.verdict !== undefined });
  const { status } = await seen(client, plan);
  expect([status?.phase, status?.commit]).toEqual(['Stale', undefined]);
  expect(await answer()).toMatchObject({
    verdict: 'Refused',
    conditions: [
      { status: 'False', reason: 'PlanEnded', message: expect.stringContaining('has ended as Stale: the repository has moved') },
    ],
  });
});
