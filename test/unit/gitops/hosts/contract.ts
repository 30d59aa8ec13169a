/** What the adapter of every Git host has to do about pull requests: the same tests over GitHub, GitLab and a real Gitea. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GitError } from '../../../../src/gitops/errors.ts';
import type { NewPullRequest, PullRequest, PullRequests } from '../../../../src/gitops/hosts/port.ts';
import type { Person } from '../../../integration/gitops/support/people.ts';
import { until } from '../../../support/until.ts';

export type Way = 'merge' | 'squash' | 'rebase';

export interface Bench {
  readonly requests: PullRequests;
  /** A clone with a first commit on main. */
  readonly ada: Person;
  /** Users of the host. */
  readonly people: readonly [string, string];
  readonly approve: (by: string, number: number, sha: string) => Promise<void>;
  /** Wants changes, whatever was said before. */
  readonly object: (by: string, number: number, sha: string) => Promise<void>;
  readonly merge: (by: string, number: number, way: Way) => Promise<void>;
  readonly close: (by: string, number: number) => Promise<void>;
  readonly comment: (by: string, number: number, body: string) => Promise<void>;
  readonly labelsOf: (number: number) => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

export function describePullRequests(name: string, open: () => Promise<Bench>): void {
  describe(`pull requests of ${name}`, () => {
    let bench: Bench;
    let count = 0;
    beforeAll(async () => {
      bench = await open();
    }, 120_000);
    afterAll(() => bench?.stop());

    /** A branch with one commit on top of main, and its request. */
    async function propose(draft = false) {
      count += 1;
      const head = `agent-sre/fix-${count}`;
      const sha = pushBranch(bench.ada, head, `file-${count}.yaml`);
      const wanted = { head, base: 'main', title: `Fix ${count}`, body: '## Why\n\nIt helps.', draft };
      const request = await createOnceKnown(bench.requests, wanted);
      return { head, sha, request, wanted };
    }

    test('there is none before one is opened', async () => {
      expect(await bench.requests.find('agent-sre/never', 'main')).toBeUndefined();
    });

    test('one that is opened is found by its head, as it is', async () => {
      const { head, sha, request } = await propose();
      expect(request).toMatchObject({ state: 'Open', headSha: sha, base: 'main', url: expect.stringMatching(/^https?:\/\//u) });
      expect(await bench.requests.find(head, 'main')).toEqual(request);
      expect(await bench.requests.get(request.number)).toEqual(request);
    });

    test('opening it again gives the one that is there', async () => {
      const { request, wanted } = await propose();
      expect(await bench.requests.create(wanted)).toEqual(request);
    });

    test('a branch that is not there is none that can be proposed', async () => {
      const creating = bench.requests.create({ head: 'agent-sre/nothing', base: 'main', title: 'Nothing', body: '', draft: false });
      await expect(creating).rejects.toMatchObject({ name: 'GitError', kind: expect.stringMatching(/^(Refused|Unavailable)$/u) });
    });

    test('a draft is one', async () => {
      const { request } = await propose(true);
      expect(request.state).toBe('Open');
    });

    test('labels are given, once', async () => {
      const { request } = await propose();
      await bench.requests.label(request.number, ['agent-sre', 'fix']);
      await bench.requests.label(request.number, ['agent-sre', 'fix']);
      expect((await bench.labelsOf(request.number)).toSorted()).toEqual(['agent-sre', 'fix']);
    });

    test('what is pushed to the branch afterwards is its head', async () => {
      const { head, request } = await propose();
      const later = pushBranch(bench.ada, head, 'more.yaml', head);
      await expect.poll(async () => (await bench.requests.get(request.number)).headSha, { timeout: 10_000 }).toBe(later);
    });

    test('those approve who said so last, of just this commit', async () => {
      const { head, sha, request } = await propose();
      const [one, other] = bench.people;
      await bench.approve(one, request.number, sha);
      await bench.approve(other, request.number, sha);
      expect((await bench.requests.approvers(request.number, sha)).toSorted()).toEqual([one, other].toSorted());
      await bench.object(other, request.number, sha);
      expect(await bench.requests.approvers(request.number, sha)).toEqual([one]);
      const later = pushBranch(bench.ada, head, 'unseen.yaml', head);
      await expect.poll(async () => (await bench.requests.get(request.number)).headSha, { timeout: 10_000 }).toBe(later);
      expect(await bench.requests.approvers(request.number, later)).toEqual([]);
    });

    test.each<Way>(['merge', 'squash', 'rebase'])('a %s is told with who did it, and the commit that is deployed', async (way) => {
      const { sha, request } = await propose();
      const [one] = bench.people;
      await bench.merge(one, request.number, way);
      const merged = await bench.requests.get(request.number);
      expect(merged).toMatchObject({ state: 'Merged', headSha: sha, merge: { by: one, sha: bench.ada.tip() } });
      expect(Number.isNaN(Date.parse(merged.merge?.at ?? ''))).toBe(false);
    });

    test('one that is closed by a person is closed, with what they said', async () => {
      const { head, request } = await propose();
      const [one] = bench.people;
      await bench.comment(one, request.number, 'It is the wrong port.');
      await bench.close(one, request.number);
      expect(await bench.requests.find(head, 'main')).toMatchObject({ number: request.number, state: 'Closed' });
      expect(await bench.requests.comments(request.number)).toEqual([{ author: one, body: 'It is the wrong port.' }]);
    });

    test('we close it with a comment, and closing it again is no error', async () => {
      const { request } = await propose();
      await bench.requests.comment(request.number, 'It has expired.');
      await bench.requests.close(request.number);
      await bench.requests.close(request.number);
      expect(await bench.requests.get(request.number)).toMatchObject({ state: 'Closed' });
      expect((await bench.requests.comments(request.number)).map(({ body }) => body)).toEqual(['It has expired.']);
    });

    test('one that is not there is not found', async () => {
      await expect(bench.requests.get(9999)).rejects.toMatchObject({ kind: 'NotFound' });
    });
  });
}

/** Hosts may know a branch only a moment after it was pushed. */
async function createOnceKnown(requests: PullRequests, wanted: NewPullRequest): Promise<PullRequest> {
  return until('the host knows the branch', async () => {
    try {
      return await requests.create(wanted);
    } catch (error) {
      if (error instanceof GitError && error.kind === 'Unavailable') return undefined;
      throw error;
    }
  });
}

/** A commit on top of a branch, main unless told otherwise. */
function pushBranch(ada: Person, branch: string, file: string, onto = 'main'): string {
  ada.git('fetch', '--quiet', 'origin', onto);
  ada.git('checkout', '--quiet', '--detach', 'FETCH_HEAD');
  writeFileSync(join(ada.git('rev-parse', '--show-toplevel'), file), `of: ${branch}\n`);
  ada.git('add', '--all');
  ada.git('commit', '--quiet', '-m', `Write ${file}`);
  ada.git('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
  const sha = ada.git('rev-parse', 'HEAD');
  ada.git('checkout', '--quiet', 'main');
  return sha;
}
