/** `create_investigation`: a question about the cluster, looked into as the caller: only what they may see is read for it. */
import { z } from 'zod';
import type { ObjectRef } from '../../crds/common.ts';
import { type Investigation, investigations } from '../../crds/kinds.ts';
import { canonicalJson } from '../../domain/canonical.ts';
import { identityLabel } from '../../domain/identity.ts';
import { namespacesOf } from '../../domain/lookedAt.ts';
import type { KubeClient } from '../../kube/client.ts';
import { createInSeries } from '../../kube/createInSeries.ts';
import { metaTime } from '../../kube/object.ts';
import { renderTerminal } from '../../report/terminal.ts';
import { oneLine, plain } from '../../text/plain.ts';
import { answerOf, pageAt } from '../answer.ts';
import { demand, isAllowed } from '../caller.ts';
import { windowFields, windowOf } from '../timeWindow.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { awaited } from './awaited.ts';
import { diagnosis, diagnosisOf } from './diagnosis.ts';
import { attributes } from './kept.ts';
import { failureOf, investigationRow, investigationRowOf, isDone } from './listInvestigations.ts';
import type { Records } from './records.ts';
import { digestOfReport } from './reported.ts';
import { notTaken, requesterOf } from './requested.ts';
import { defined, namespaceInput, objectText } from './shapes.ts';
import { demandSight, notThere, refOf, targetInput, wrong } from './targets.ts';

export interface InvestigationDeps {
  readonly records: Records;
  readonly client: KubeClient;
}

const investigationInput = z.object({
  question: z.string().trim().min(1).max(2048).describe('What you want to know, in a sentence or two.'),
  targets: z.array(targetInput).min(1).max(20).describe('Objects to look at first: a workload, a Service, a Namespace, a Node.'),
  ...windowFields,
  namespace: namespaceInput('Investigation'),
  idempotencyKey: z
    .string()
    .trim()
    .min(1)
    .max(128)
    .optional()
    .describe('Of your own choice: the same key is the same Investigation for good.'),
  waitSeconds: z.int().min(0).max(60).default(10).describe('How long to wait for the answer at most.'),
});
type Input = z.output<typeof investigationInput>;

const output = investigationRow.extend({
  wasThere: z.boolean().describe('You had asked just that, and it is under way: it is that one.'),
  done: z.boolean().describe('Whether the answer is there.'),
  diagnosis,
  notes: z.array(z.string()),
});

export const createInvestigationTool = (deps: InvestigationDeps): Tool =>
  defineTool({
    name: 'create_investigation',
    title: 'Create an Investigation',
    description:
      'Asks Agent-SRE to look into objects of the cluster: state, events, logs, metrics, traces, what changed. Gives findings and a root cause with evidence within seconds, reading only what you may see. For what an alert or a person has reported, get_incident has the diagnosis already.',
    effect: 'proposes',
    core: false,
    input: investigationInput,
    output,
    run: (asked, call) => createInvestigation(deps, asked, call),
  });

async function createInvestigation(deps: InvestigationDeps, asked: Input, call: Call): Promise<Answer<z.input<typeof output>>> {
  const { records, client } = deps;
  const refs = asked.targets.map((target, index) => refOf(target, `targets.${index}`));
  const namespace = await placeFor(deps, asked, refs, call);
  await demandSight(refs, namespace === records.home ? undefined : namespace, call);
  const made = await make(deps, { asked, refs, namespace }, call);
  call.progress?.(1, 2, `asked as Investigation ${made.object.metadata.name}; waiting for the answer`);
  const waiting = { resource: investigations, isAnswered: isDone, seconds: asked.waitSeconds, signal: call.signal };
  const found = await awaited({ client, clock: records.clock }, made.object, waiting);
  const notes = await notThere(client, refs, call).catch(() => []);
  const wasThere = made.kind === 'found';
  return answerOf(records.redactor, {
    lines: textOf(deps, { found, wasThere, notes }, call),
    data: { ...investigationRowOf(found), wasThere, done: isDone(found), diagnosis: diagnosisOf(found), notes: [...notes] },
    rest: `get_investigation ${found.metadata.name}`,
  });
}

/** The operator's namespace, or that of the targets for who may ask there alone. */
async function placeFor({ records }: InvestigationDeps, { namespace }: Input, refs: readonly ObjectRef[], call: Call): Promise<string> {
  const create = (where: string) => attributes({ resource: investigations }, 'create', where);
  const [own, second] = namespacesOf(refs, undefined);
  const place = namespace ?? records.home;
  if (
    namespace === undefined &&
    own !== undefined &&
    second === undefined &&
    !(await isAllowed(call, create(place))) &&
    (await isAllowed(call, create(own)))
  )
    return own;
  await demand(call, create(place));
  return place;
}

interface Question {
  readonly asked: Input;
  readonly refs: readonly ObjectRef[];
  readonly namespace: string;
}

const LONGEST_WINDOW_MS = 7 * 24 * 3_600_000;
const MOST_ORDINALS = 100_000;

async function make(
  { records, client }: InvestigationDeps,
  { asked, refs, namespace }: Question,
  call: Call,
): Promise<{ readonly kind: 'created' | 'found'; readonly object: Investigation }> {
  const { username } = call.caller;
  const question = records.redactor.text(plain(asked.question));
  const window = windowIn(asked, records.clock.now());
  const said = {
    question,
    targets: refs.map(objectText).toSorted(),
    window: canonicalJson([asked.start ?? null, asked.end ?? null, asked.duration ?? null]),
    username,
    namespace,
  };
  const { idempotencyKey } = asked;
  const digest = digestOfReport('investigation', said, idempotencyKey === undefined ? undefined : { idempotencyKey, username });
  const spec: Investigation['spec'] = {
    purpose: 'Diagnosis',
    question,
    targets: [...refs],
    requestedBy: requesterOf(call.caller),
    ...defined({ window }),
  };
  const nameAt = (ordinal: number | ''): string => `inv-${identityLabel(digest).slice(0, 16)}-${ordinal}`;
  const made = await createInSeries(
    client,
    {
      resource: investigations,
      at: (ordinal) => ({ metadata: { namespace, name: nameAt(ordinal) }, spec }),
      isSame: (found) => found.spec.question === question && found.spec.requestedBy?.username === username,
      isOver: (found) => idempotencyKey === undefined && isDone(found),
      first: records.investigations.lastOf(namespace, nameAt('')),
      last: MOST_ORDINALS,
    },
    call.signal,
  ).catch((error: unknown) => {
    throw notTaken(`create an Investigation in namespace ${namespace}`, error);
  });
  if (made.kind === 'taken' || made.kind === 'exhausted')
    throw wrong('idempotencyKey', 'that key stands for another question; choose another key');
  return made;
}

/** Undefined where none is asked for: then the investigator takes the last hour. */
function windowIn(asked: Input, now: number): Investigation['spec']['window'] {
  if (asked.start === undefined && asked.end === undefined && asked.duration === undefined) return undefined;
  const { start, end } = windowOf(asked, { now, defaultMs: 3_600_000, longestMs: LONGEST_WINDOW_MS });
  return { start: metaTime(start), end: metaTime(end) };
}

interface Outcome {
  readonly found: Investigation;
  readonly wasThere: boolean;
  readonly notes: readonly string[];
}

function textOf({ records }: InvestigationDeps, { found, wasThere, notes }: Outcome, { caller }: Call): readonly string[] {
  const { name } = found.metadata;
  const failure = failureOf(found.status);
  return [
    `${wasThere ? 'Asked already' : 'Asked'} as ${oneLine(caller.username)}: Investigation ${name}.`,
    ...notes.map((note) => `Note: ${note}.`),
    ...(failure === undefined ? [] : [`It failed: ${failure}`]),
    '',
    ...(isDone(found)
      ? renderTerminal({ status: found.status ?? {} }, pageAt(records.clock.now()))
      : [`It is under way: get_investigation ${name} tells the answer.`]),
  ];
}
