/** `git_status`: what is deployed from Git and what is pending; of one service also who deploys it from where, and the last commits that touched it. */
import { z } from 'zod';
import { remediationPlans } from '../../crds/kinds.ts';
import { hasEnded } from '../../domain/plan.ts';
import { moment } from '../../text/age.ts';
import { oneLine } from '../../text/plain.ts';
import { answerOf } from '../answer.ts';
import { isAllowed } from '../caller.ts';
import { attributes } from '../incidents/kept.ts';
import { defined } from '../incidents/shapes.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { type Applied, deployedFrom, shortRevision } from './deployed.ts';
import type { GitDeps } from './deps.ts';
import { type ServiceInGit, serviceInGit } from './service.ts';

const input = z.object({
  service: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .optional()
    .describe('Name of a workload or Service, as cart or shop/cart: who deploys it from where, and its last commits.'),
  namespace: z.string().trim().min(1).max(63).optional().describe('Namespace of the service; without one, of the GitOps objects.'),
  repository: z.string().trim().min(1).max(1024).optional().describe('Only repositories with this in their address.'),
  limit: z.int().min(1).max(200).default(30).describe('At most so many deployments; what is pending or failing first.'),
});
type Input = z.output<typeof input>;

const applied = z.object({
  engine: z.string(),
  by: z.string().describe('The object of the engine, as in Kustomization/flux-system/shop.'),
  repository: z.string(),
  path: z.string(),
  applied: z.string().describe('Revision.'),
  pending: z.string().optional().describe('Revision that was fetched or attempted, and is not applied yet.'),
  suspended: z.boolean(),
  state: z.string(),
  problem: z.string().optional(),
});
const commit = z.object({
  commit: z.string(),
  at: z.string(),
  author: z.string().optional(),
  summary: z.string(),
  repository: z.string().optional(),
});
const output = z.object({
  total: z.int(),
  pending: z.int(),
  failing: z.int(),
  deployments: z.array(applied),
  service: z
    .object({
      object: z.string(),
      engine: z.string(),
      repository: z.string().optional(),
      ref: z.string().optional(),
      path: z.string().optional(),
      revision: z.string().optional(),
      note: z.string().optional(),
      commits: z.array(commit).describe('Known to Agent-SRE from its Investigations, the latest first: not the whole history.'),
      deliveries: z.array(z.object({ at: z.string(), revision: z.string(), outcome: z.string() })),
    })
    .optional(),
  proposed: z.array(z.object({ plan: z.string(), phase: z.string(), summary: z.string() })).describe('Plans that would be committed.'),
});
type Output = z.input<typeof output>;

export const gitStatusTool = (deps: GitDeps): Tool =>
  defineTool({
    name: 'git_status',
    title: 'What is deployed from Git',
    description:
      'Tells which Git repositories and revisions Flux and Argo CD deploy from, what is pending or failing, and which plans would be committed. With service: who deploys it from which repository, branch and folder, and the last commits that are known to have touched it. Read from the cluster; no repository is asked.',
    effect: 'reads',
    core: false,
    input,
    output,
    run: (asked, call) => gitStatus(deps, asked, call),
  });

async function gitStatus(deps: GitDeps, asked: Input, call: Call): Promise<Answer<Output>> {
  const service = asked.service === undefined ? undefined : await serviceInGit(deps, asked.service, asked.namespace, call);
  const all = service === undefined ? (await deployedFrom(deps, asked.namespace, call)).applied : [];
  const found = all
    .filter(({ repository }) => asked.repository === undefined || repository.includes(asked.repository))
    .toSorted((a, b) => urgency(a) - urgency(b) || (a.by < b.by ? -1 : 1));
  const pending = found.filter((one) => one.pending !== undefined).length;
  const failing = found.filter(({ problem }) => problem !== undefined).length;
  const proposed = await proposedPlans(deps, service, call);
  const shown = found.slice(0, asked.limit);
  return answerOf(deps.records.redactor, {
    lines: [
      ...(service === undefined ? listText(shown, { total: found.length, pending, failing }) : serviceText(service)),
      ...(proposed.length === 0
        ? []
        : ['', 'Proposed, and not committed:', ...proposed.map(({ plan, phase, summary }) => `  ${plan} · ${phase} · ${summary}`)]),
    ],
    data: {
      total: found.length,
      pending,
      failing,
      deployments: shown.map((one) => ({ ...one, ...defined({ pending: one.pending, problem: one.problem }) })),
      ...(service === undefined ? {} : { service: dataOf(service) }),
      proposed: [...proposed],
    },
  });
}

const urgency = ({ problem, pending }: Applied): number => (problem !== undefined ? 0 : pending !== undefined ? 1 : 2);

const MOST_PLANS = 20;

/** Of who may list plans. */
async function proposedPlans({ records }: GitDeps, service: ServiceInGit | undefined, call: Call) {
  if (!(await isAllowed(call, attributes({ resource: remediationPlans }, 'list', records.home)))) return [];
  const plans = await records.plans.list(call);
  return plans
    .filter((plan) => !hasEnded(plan) && plan.spec.strategy !== 'Direct' && plan.status?.commit === undefined)
    .filter(
      ({ spec }) =>
        service === undefined || spec.actions.some(({ target }) => target.name === service.name && target.namespace === service.namespace),
    )
    .slice(0, MOST_PLANS)
    .map(({ metadata, spec, status }) => ({ plan: metadata.name, phase: status?.phase ?? 'Pending', summary: oneLine(spec.summary) }));
}

function listText(
  shown: readonly Applied[],
  { total, pending, failing }: { readonly total: number; readonly pending: number; readonly failing: number },
): readonly string[] {
  if (total === 0) return ['Neither Flux nor Argo CD deploys anything here that you may see.'];
  const left = total - shown.length;
  return [
    `${total === 1 ? '1 object of a GitOps engine deploys' : `${total} objects of GitOps engines deploy`} from Git; ${pending} with a pending revision, ${failing} failing:`,
    ...[...Map.groupBy(shown, ({ repository }) => repository)].flatMap(([repository, all]) => ['', repository, ...all.map(lineOf)]),
    ...(left > 0 ? ['', `${left} more: narrow it with repository or namespace, or ask for more with limit.`] : []),
  ];
}

function lineOf({ by, path, applied: now, pending, suspended, state, problem }: Applied): string {
  const parts = [
    path === '' ? undefined : path,
    now === '' ? 'nothing applied yet' : `applied ${shortRevision(now)}`,
    pending === undefined ? undefined : `pending ${shortRevision(pending)}`,
    suspended ? 'suspended' : undefined,
    problem ?? state,
  ].filter((part) => part !== undefined);
  return `  ${by} · ${parts.join(' · ')}`;
}

function serviceText({ object, engine, by, repository, ref, path, revision, note, commits, deliveries }: ServiceInGit): readonly string[] {
  const from = repository === undefined ? '' : `, from ${repository}, branch ${ref ?? ''}, folder ${path === '' ? '/' : path}`;
  return [
    engine === 'None' ? `${object} is not deployed by a GitOps engine.` : `${object} is deployed by ${by ?? engine}${from}.`,
    ...(revision === undefined ? [] : [`Applied: ${shortRevision(revision)}`]),
    ...(note === undefined ? [] : [note]),
    '',
    ...(commits.length === 0
      ? ['No Investigation that you may see has looked at commits that touched it; create_investigation does.']
      : ['Commits that are known to have touched it, the latest first:']),
    ...commits.map((one) => `  ${one.commit.slice(0, 12)} ${moment(one.at)} ${one.author ?? ''}: ${one.summary}`),
    ...(deliveries.length === 0 ? [] : ['', 'Deliveries, the latest first:']),
    ...deliveries.map(({ at, revision: what, outcome }) => `  ${moment(at)} ${outcome} ${shortRevision(what)}`),
  ];
}

function dataOf({
  object,
  engine,
  repository,
  ref,
  path,
  revision,
  note,
  commits,
  deliveries,
}: ServiceInGit): NonNullable<Output['service']> {
  return { object, engine, ...defined({ repository, ref, path, revision, note }), commits: [...commits], deliveries: [...deliveries] };
}
