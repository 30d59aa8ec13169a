/** `flux_status`: what Flux and Argo CD have deployed: which revision, whether it is ready or why not, and what is suspended; what fails first. */
import { z } from 'zod';
import type { KubeObject } from '../../kube/object.ts';
import { argoApplication } from '../../sources/deliveries/argo.ts';
import type { EngineState } from '../../sources/deliveries/delivery.ts';
import { fluxObject } from '../../sources/deliveries/flux.ts';
import type { Cleaner } from '../../sources/text.ts';
import { age } from '../../text/age.ts';
import { ToolError } from '../errors.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import type { ClusterDeps } from './deps.ts';
import { nameField, namespaceField } from './fields.ts';
import { createGlance, type GlanceDeps } from './glance.ts';

/** What deploys before where it comes from. */
const KINDS = [
  ['kustomize.toolkit.fluxcd.io', 'kustomizations'],
  ['helm.toolkit.fluxcd.io', 'helmreleases'],
  ['argoproj.io', 'applications'],
  ['source.toolkit.fluxcd.io', 'gitrepositories'],
  ['source.toolkit.fluxcd.io', 'ocirepositories'],
  ['source.toolkit.fluxcd.io', 'helmrepositories'],
  ['source.toolkit.fluxcd.io', 'helmcharts'],
  ['source.toolkit.fluxcd.io', 'buckets'],
] as const;

const input = z.object({
  namespace: namespaceField.describe('Absent: all namespaces.'),
  name: nameField.describe('Only objects of this name.'),
  problems: z.boolean().default(false).describe('Only what fails, lags behind or is suspended.'),
  limit: z.int().min(1).max(300).default(40).describe('Objects, at most; what fails first.'),
});

const output = z.object({
  total: z.int(),
  failing: z.int(),
  suspended: z.int(),
  objects: z.array(
    z.object({
      engine: z.string(),
      kind: z.string(),
      namespace: z.string(),
      name: z.string(),
      state: z.string().describe('failing, out of sync, unhealthy, progressing, suspended, unknown or ready.'),
      revision: z.string(),
      suspended: z.boolean(),
      since: z.string().optional(),
      reason: z.string(),
      message: z.string(),
    }),
  ),
});
type Output = z.input<typeof output>;

type Deps = GlanceDeps & Pick<ClusterDeps, 'clock' | 'kinds'>;

export function fluxStatusTool(deps: Deps): Tool {
  return defineTool({
    name: 'flux_status',
    title: 'State of GitOps deliveries',
    description:
      'Kustomizations, HelmReleases and sources of Flux and Applications of Argo CD: revision, ready or why not, suspended; what fails first. For what changed in Git take the investigation of an Incident.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: (asked, call) => status(deps, asked, call),
  });
}

async function status(deps: Deps, { namespace, name, problems, limit }: z.output<typeof input>, call: Call): Promise<Answer<Output>> {
  const { kinds, cleaner, clock } = deps;
  const served = (await Promise.all(KINDS.map(([group, plural]) => kinds.served(group, plural, call.signal)))).filter(
    (kind) => kind !== undefined,
  );
  if (served.length === 0)
    return { text: 'Neither Flux nor Argo CD is installed in this cluster.', data: { total: 0, failing: 0, suspended: 0, objects: [] } };
  const glance = createGlance(deps, call);
  const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
  const found = await Promise.all(served.map((kind) => glance.list<KubeObject>(kind, { namespace, fieldSelector })));
  const unseen = glance.unseen();
  const states = found.flat().flatMap((object) => statesOf(object, cleaner));
  if (states.length === 0 && unseen !== undefined)
    throw new ToolError('Forbidden', `You may see none of the GitOps objects here. ${unseen}`);
  const rows = states.map((state) => ({ state, word: wordOf(state) })).toSorted((a, b) => WORDS.indexOf(a.word) - WORDS.indexOf(b.word));
  const wanted = problems ? rows.filter(({ word }) => word !== 'ready') : rows;
  const data = {
    total: rows.length,
    failing: rows.filter(({ word }) => FAILING.has(word)).length,
    suspended: rows.filter(({ state }) => state.suspended).length,
    objects: wanted.slice(0, limit).map(({ state, word }) => objectOf(state, word, cleaner)),
  };
  const rest = wanted.length - data.objects.length;
  const where = namespace === undefined ? '' : ` in ${namespace}`;
  const text = [
    `${data.total} GitOps objects${where}: ${data.failing} failing, ${data.suspended} suspended`,
    ...data.objects.map((one) => lineOf(one, clock.now())),
    ...(rest === 0 ? [] : [`${rest} more: a higher limit, a namespace or problems: true shows them.`]),
    ...(unseen === undefined ? [] : [unseen]),
  ];
  return { text: text.join('\n'), data };
}

const statesOf = (object: KubeObject, cleaner: Cleaner): readonly EngineState[] =>
  (object.kind === 'Application' ? argoApplication(object, cleaner) : fluxObject(object, cleaner))?.states ?? [];

const WORDS = ['failing', 'unhealthy', 'out of sync', 'suspended', 'progressing', 'unknown', 'ready'] as const;
type Word = (typeof WORDS)[number];
const FAILING: ReadonlySet<Word> = new Set(['failing', 'unhealthy', 'out of sync']);

function wordOf({ sync, health, suspended }: EngineState): Word {
  if (sync === 'Failed') return 'failing';
  if (health === 'Unhealthy') return 'unhealthy';
  if (suspended) return 'suspended';
  if (sync === 'OutOfSync') return 'out of sync';
  if (sync === 'Progressing' || health === 'Progressing') return 'progressing';
  return sync === 'Synced' ? 'ready' : 'unknown';
}

function objectOf(state: EngineState, word: Word, cleaner: Cleaner): Output['objects'][number] {
  const { engine, object, revision, suspended, since, reason, message } = state;
  return {
    engine,
    kind: object.kind,
    namespace: object.namespace ?? '',
    name: object.name,
    state: word,
    revision: cleaner.line(revision, 120),
    suspended,
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    reason: cleaner.line(reason, 64),
    message,
  };
}

function lineOf(
  { kind, namespace, name, state, revision, suspended, since, reason, message }: Output['objects'][number],
  now: number,
): string {
  const facts = [
    `${state}${since === undefined ? '' : ` for ${age(since, now)}`}`,
    ...(suspended && state !== 'suspended' ? ['suspended'] : []),
    ...(revision === '' ? [] : [revision]),
    ...(state === 'ready' ? [] : [[reason, message].filter((text) => text !== '').join(': ')]),
  ].filter((text) => text !== '');
  return `${kind} ${namespace}/${name}: ${facts.join(', ')}`;
}
