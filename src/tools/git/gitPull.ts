/** `git_pull`: what the GitOps engines have pulled. It asks nothing of them, and pulls nothing itself. */
import { z } from 'zod';
import { age } from '../../text/age.ts';
import { answerOf } from '../answer.ts';
import { defined } from '../incidents/shapes.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { deployedFrom, type Fetched, shortRevision } from './deployed.ts';
import type { GitDeps } from './deps.ts';

const input = z.object({
  repository: z.string().trim().min(1).max(1024).optional().describe('Only repositories with this in their address.'),
  namespace: z.string().trim().min(1).max(63).optional().describe('Namespace of the GitOps objects.'),
});

const output = z.object({
  pulled: z.literal(false).describe('Nothing was pulled for this: engines pull by themselves.'),
  repositories: z.array(
    z.object({
      engine: z.string(),
      repository: z.string(),
      ref: z.string().describe('Branch, tag or the like; empty: the default branch.'),
      revision: z.string(),
      fetchedAt: z.string().optional().describe('RFC 3339.'),
      interval: z.string().optional().describe('How often the engine looks.'),
      suspended: z.boolean(),
      problem: z.string().optional(),
    }),
  ),
});

export const gitPullTool = (deps: GitDeps): Tool =>
  defineTool({
    name: 'git_pull',
    title: 'What the GitOps engines have pulled',
    description:
      'Tells which revision of each repository Flux and Argo CD have fetched last, when, and how often they look. It pulls nothing and asks nothing of the engines: they pull by themselves. git_status tells what is applied of it.',
    effect: 'reads',
    core: false,
    input,
    output,
    run: (asked, call) => gitPull(deps, asked, call),
  });

async function gitPull(
  deps: GitDeps,
  { repository, namespace }: z.output<typeof input>,
  call: Call,
): Promise<Answer<z.input<typeof output>>> {
  const { fetched } = await deployedFrom(deps, namespace, call);
  const found = distinct(fetched).filter((one) => repository === undefined || one.repository.includes(repository));
  const now = deps.records.clock.now();
  return answerOf(deps.records.redactor, {
    lines: [
      'Nothing was pulled for this: the engines pull by themselves, and Agent-SRE has no credential for it here.',
      ...(found.length === 0 ? ['Neither Flux nor Argo CD deploys from a Git repository that you may see.'] : ['They have fetched last:']),
      ...found.map((one) => lineOf(one, now)),
    ],
    data: {
      pulled: false,
      repositories: found.map(({ at, interval, problem, ...one }) => ({
        ...one,
        ...defined({ fetchedAt: at === undefined ? undefined : new Date(at).toISOString(), interval, problem }),
      })),
    },
  });
}

/** Applications share repositories. */
const distinct = (all: readonly Fetched[]): readonly Fetched[] => [
  ...new Map(all.map((one) => [[one.engine, one.repository, one.ref, one.revision].join('\n'), one])).values(),
];

function lineOf({ engine, repository, ref, revision, at, interval, suspended, problem }: Fetched, now: number): string {
  const parts = [
    ref === '' ? 'default branch' : ref,
    revision === '' ? 'nothing yet' : shortRevision(revision),
    at === undefined ? undefined : `${age(new Date(at).toISOString(), now)} ago`,
    interval === undefined ? undefined : `looks every ${interval}`,
    suspended ? (engine === 'ArgoCD' ? 'synced by hand' : 'suspended') : undefined,
    problem,
  ].filter((part) => part !== undefined);
  return `  ${engine} · ${repository} · ${parts.join(' · ')}`;
}
