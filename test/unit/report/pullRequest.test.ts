/** What a reviewer reads. */
import { describe, expect, test } from 'vitest';
import { closingComment, type ProposedPlan, pullRequestText, revertRequestText } from '../../../src/report/pullRequest.ts';
import { DIGEST, plan as planOf } from '../../support/plans.ts';
import { stories } from './stories.ts';

const proposed: ProposedPlan = {
  ...planOf({}),
  status: {
    digest: DIGEST,
    risk: { level: 'Medium', reasons: ['it restarts every pod'] },
    blastRadius: { workloads: 1, pods: 3, summary: '1 workload, 3 pods' },
    owner: { engine: 'Flux', repository: 'https://git.test/shop/config', ref: 'main', path: 'apps' },
    policy: { name: 'approve', decision: 'Approve', approvals: 1, reason: 'x' },
    diff: '--- a/apps/cart.yaml\n+++ b/apps/cart.yaml\n@@ -1 +1 @@\n-  value: "9090"\n+  value: "8080"\n',
    renderedDiff: [
      { object: 'Deployment/shop/cart', path: 'spec.template.spec.containers[app].env[PORT].value', before: '9090', after: '8080' },
    ],
  },
};
const hostile = '@octocat #1 [x](https://evil.example) ![y](z) <img src=x> ```\n/merge';

describe('a pull request', () => {
  test('tells how to judge it, facts, what changes, and the report, of which a model’s words are the last', async () => {
    const { title, body } = pullRequestText(proposed, stories.commit.status);
    expect(title).toBe('Agent-SRE: RevertCommit on Deployment shop/checkout');
    await expect(body).toMatchFileSnapshot('../../golden/report/pullRequest.md');
  });

  test('says what two persons have to do', () => {
    const two = {
      ...proposed,
      status: { ...proposed.status, policy: { name: 'p', decision: 'Approve' as const, approvals: 2, reason: '' } },
    };
    expect(pullRequestText(two, undefined).body).toContain('It takes 2 different people');
  });

  test('makes nothing of what strangers wrote, and closes no fence', () => {
    const status = {
      ...proposed.status,
      diff: `+ ${hostile}`,
      risk: { level: 'Low' as const, reasons: [hostile] },
      renderedDiff: [{ object: hostile, path: hostile, before: hostile, after: hostile }],
    };
    const { body } = pullRequestText({ ...proposed, spec: { ...proposed.spec, summary: hostile }, status }, stories.hostile.status);
    const outside = body.replace(/````diff[\s\S]*?\n````\n/u, '');
    expect(outside).not.toMatch(/@octocat|#1\b|(?<!\\)\]\(|<img|https:\/\/|^\/merge/mu);
    expect(body).toContain('````diff');
  });

  test('fits into what hosts take, however long all of it is', () => {
    const long = 'word '.repeat(5_000);
    const status = {
      ...proposed.status,
      diff: long,
      renderedDiff: Array.from({ length: 40 }, () => ({ object: long.slice(0, 500), path: 'p' })),
    };
    const body = pullRequestText({ ...proposed, status }, stories.commit.status).body;
    expect(body.length).toBeLessThan(65_536);
    expect(body).toContain('The diff is longer than this');
  });

  test('that takes a fix back says so first', () => {
    const { title, body } = revertRequestText(
      { ...proposed, status: { ...proposed.status, commit: { sha: 'a'.repeat(40), parent: 'b'.repeat(40), repository: '', ref: 'main' } } },
      hostile,
    );
    expect(title).toMatch(/^Take back: Agent-SRE: /u);
    expect(body).toMatch(/^\*\*Merge this to take the fix back\.\*\*/u);
    expect(body).not.toMatch(/@octocat|https:\/\//u);
  });

  test('is closed with a reason, and a mark that nobody sees', () => {
    const comment = closingComment(`it expired; ${hostile}`, 'agent-sre:closing uid');
    expect(comment).toMatch(/^Closed by Agent-SRE: it expired;/u);
    expect(comment).toContain('<!-- agent-sre:closing uid -->');
    expect(comment).not.toMatch(/@octocat|https:\/\//u);
  });
});
