/** Whose merge approves a plan. */
import { expect, test } from 'vitest';
import { identityOf } from '../../../src/domain/identities.ts';
import { type HostUser, judgeMergers, type MergeQuestion } from '../../../src/domain/mergeApproval.ts';

const user = (name: string, more: Partial<HostUser> = {}): HostUser => ({ account: `git.test/${name}`, user: name, may: true, ...more });
const stranger: HostUser = { account: 'git.test/eve', may: false };
const question: MergeQuestion = {
  merger: user('alice'),
  reviewers: [],
  needed: 1,
  risk: 'Low',
  requestedBy: undefined,
  personOf: (name) => name.replace('agentsre:chat:', ''),
};
const high = { risk: 'High', needed: 2 } as const;

interface Case {
  readonly name: string;
  readonly given: Partial<MergeQuestion>;
  /** Who stands behind it, or why it was no approval. */
  readonly want: readonly string[] | RegExp;
}

test.each<Case>([
  { name: 'a listed person who may approve', given: {}, want: ['alice'] },
  { name: 'nobody whom the host does not name', given: { merger: undefined }, want: /does not say who/u },
  { name: 'no stranger', given: { merger: stranger }, want: /git\.test\/eve merged it, who is not in the list/u },
  { name: 'no stranger, whoever approved it in a review', given: { merger: stranger, reviewers: [user('alice')] }, want: /eve/u },
  { name: 'nobody who may not approve', given: { merger: user('alice', { may: false }) }, want: /alice may not approve/u },
  { name: 'two where two are needed', given: { needed: 2, reviewers: [user('bob')] }, want: ['alice', 'bob'] },
  {
    name: 'not one who approved and merged',
    given: { needed: 2, reviewers: [user('alice')] },
    want: /2 different .* only git\.test\/alice did/u,
  },
  {
    name: 'not one under two names',
    given: { needed: 2, reviewers: [user('agentsre:chat:alice')] },
    want: /2 different/u,
  },
  { name: 'no reviewers who are strangers', given: { needed: 2, reviewers: [stranger] }, want: /2 different/u },
  { name: 'no reviewers who may not approve', given: { needed: 2, reviewers: [user('bob', { may: false })] }, want: /2 different/u },
  {
    name: 'not the requester of a plan of high risk',
    given: { ...high, requestedBy: { username: 'alice' }, reviewers: [user('bob')] },
    want: /only git\.test\/bob did; git\.test\/alice requested it/u,
  },
  {
    name: 'others than the requester of a plan of high risk, whoever presses the button',
    given: { ...high, requestedBy: { username: 'alice' }, reviewers: [user('bob'), user('carol')] },
    want: ['bob', 'carol'],
  },
  { name: 'the requester of a plan of low risk', given: { requestedBy: { username: 'alice' } }, want: ['alice'] },
])('approves: $name', ({ given, want }) => {
  const verdict = judgeMergers({ ...question, ...given });
  if (want instanceof RegExp) expect(verdict).toEqual({ approved: false, why: expect.stringMatching(want) });
  else expect(verdict).toMatchObject({ approved: true, by: want.map((name) => ({ user: name })) });
});

test.each([
  { host: 'github.com', login: 'alice', want: 'alice@example.com' },
  { host: 'github.com', login: 'Alice', want: 'alice@example.com' },
  { host: 'git.example', login: 'alice', want: undefined },
  { host: 'github.com', login: 'alice/x', want: undefined },
])('$login on $host is $want', ({ host, login, want }) => {
  expect(identityOf([{ user: 'alice@example.com', groups: [], accounts: ['github.com/alice'] }], host, login)?.user).toBe(want);
});
