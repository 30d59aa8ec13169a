/** Where a Git host’s API is, where nobody says so. */
import { expect, test } from 'vitest';
import { deliveryOf } from '../../../src/compose/gitHosts.ts';
import { gitHosts, resolved } from '../../../src/config/gitHosts.ts';

test.each([
  { repositories: ['https://github.com/shop'], want: ['GitHub', 'https://api.github.com'] },
  { repositories: ['https://github.example/shop'], kind: 'GitHub', want: ['GitHub', 'https://github.example/api/v3'] },
  { repositories: ['https://gitlab.com/shop'], want: ['GitLab', 'https://gitlab.com/api/v4'] },
  { repositories: ['ssh://git@git.example:2222/shop'], kind: 'GitLab', want: ['GitLab', 'https://git.example/api/v4'] },
  { repositories: ['http://gitea.local:3000/shop'], kind: 'Gitea', want: ['Gitea', 'http://gitea.local:3000/api/v1'] },
  { repositories: ['https://codeberg.org/shop'], want: ['Forgejo', 'https://codeberg.org/api/v1'] },
  { repositories: ['https://git.example/shop'], kind: 'Gitea', url: 'https://api.example/v1', want: ['Gitea', 'https://api.example/v1'] },
])('$repositories.0 of $kind', ({ want, ...host }) => {
  const [parsed] = gitHosts.parse([{ ...host, tokenFile: '/t' }]);
  const found = parsed === undefined ? undefined : resolved(parsed);
  expect([found?.kind, found?.url]).toEqual(want);
});

test.each([
  { repository: 'https://github.com/shop/config.git', want: 'PullRequest' },
  { repository: 'https://github.com/shop/legacy', want: 'Commit' },
  { repository: 'https://github.com/other/config', want: 'Commit' },
])('$repository is delivered to by $want', ({ repository, want }) => {
  const hosts = gitHosts.parse([
    { repositories: ['https://github.com/shop'], tokenFile: '/t' },
    { repositories: ['https://github.com/shop/legacy'], tokenFile: '/t', delivery: 'Commit' },
  ]);
  expect(deliveryOf(hosts, repository)).toBe(want);
});
