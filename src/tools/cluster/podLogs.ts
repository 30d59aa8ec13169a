/** `get_pod_logs` and `kubectl_logs`: what pods say, of one, of a workload or by labels; each read is on record before it is done. */
import { z } from 'zod';
import { LABEL_NAME } from '../../domain/kubernetesNames.ts';
import { ToolError } from '../errors.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { nameField, selectorField } from './fields.ts';
import type { Kinds } from './kinds.ts';
import type { LogReader, LogsWanted } from './logs/reader.ts';
import { logsText } from './logs/text.ts';

interface Deps {
  readonly kinds: Kinds;
  readonly logs: LogReader;
}

const USUAL_LINES = 100;
/** Read of each container where words are looked for, to find them further back. */
const SEARCHED_LINES = 5_000;

const duration = z
  .string()
  .trim()
  .regex(/^\d{1,6}(?:[smhd])?$/u, 'is no duration; write 90s, 10m, 2h or 1d')
  .transform((text) => Number.parseInt(text, 10) * ({ m: 60, h: 3_600, d: 86_400 }[text.at(-1) ?? ''] ?? 1))
  .refine((seconds) => seconds > 0, 'is no time at all');

const common = {
  namespace: z
    .string()
    .trim()
    .regex(LABEL_NAME, 'is not the name of a namespace; use a to z, 0 to 9 and -')
    .default('default')
    .describe('Namespace of the pods.'),
  labelSelector: selectorField.describe('Such as app=cart: pods with these labels, in place of a name.'),
  container: z.string().trim().min(1).max(63).optional().describe('Absent: the pod’s default, else all, with init containers that failed.'),
  previous: z.boolean().default(false).describe('Of the run before the present one: what it said before it crashed.'),
  since: duration.optional().describe('Only newer lines, such as 10m.'),
  grep: z
    .union([z.string().trim().min(1).max(200), z.array(z.string().trim().min(1).max(200)).min(1).max(10)])
    .optional()
    .describe('Only lines with one of these words, whatever their letter case.'),
};
const lineLimit = z.int().min(1).max(2_000).default(USUAL_LINES);

const output = z.object({
  namespace: z.string(),
  containers: z.array(z.string()).describe('Whose logs were read, as pod/container.'),
  total: z.int().describe('Lines that were read and fit.'),
  lines: z
    .array(z.object({ pod: z.string(), container: z.string(), at: z.string(), text: z.string() }))
    .describe('The last, oldest first.'),
  trouble: z.array(z.object({ text: z.string(), count: z.int() })).describe('Distinct lines that tell of trouble, newest first.'),
  notes: z.array(z.string()).describe('What could not be read, and why.'),
});

interface Asked extends Omit<LogsWanted, 'lines'> {
  readonly limit: number;
  readonly grep?: string | readonly string[] | undefined;
}

export function getPodLogsTool(deps: Deps): Tool {
  return defineTool({
    name: 'get_pod_logs',
    title: 'Read logs of pods',
    description:
      'The last log lines of a pod, of a whole workload (give its name) or of pods with labels; of long logs what tells of trouble first. After a crash take previous: true. For logs of deleted pods or long ago take query_logs.',
    effect: 'reads',
    core: true,
    input: z.object({
      pod: nameField.describe('Name of a pod, or of its workload.'),
      ...common,
      limit: lineLimit.describe('Lines, at most.'),
    }),
    output,
    run: async ({ pod, since, ...rest }, call) => read(deps, { ...rest, name: pod, sinceSeconds: since }, call),
  });
}

export function kubectlLogsTool(deps: Deps): Tool {
  const target = z
    .string()
    .trim()
    .min(1)
    .max(253)
    .regex(/^[\w.:/-]+$/u, 'is neither a name nor kind/name')
    .optional();
  return defineTool({
    name: 'kubectl_logs',
    title: 'Read logs as kubectl does',
    description: 'The same as get_pod_logs with kubectl’s words: `name` may be a pod or kind/name, such as deployment/cart or svc/cart.',
    effect: 'reads',
    core: false,
    input: z.object({ name: target.describe('A pod, or kind/name.'), ...common, tail: lineLimit.describe('Lines, at most.') }),
    output,
    run: async ({ name, since, tail, ...rest }, call) => {
      const [kindName, ofKind] =
        name?.includes('/') === true ? [name.slice(0, name.lastIndexOf('/')), name.slice(name.lastIndexOf('/') + 1)] : [];
      const kind = kindName === undefined ? undefined : await deps.kinds.find(kindName, call.signal);
      return read(deps, { ...rest, name: ofKind ?? name, kind, limit: tail, sinceSeconds: since }, call);
    },
  });
}

async function read({ logs }: Deps, { limit, grep, ...wanted }: Asked, call: Call): Promise<Answer<z.input<typeof output>>> {
  if (wanted.name === undefined && wanted.labelSelector === undefined) {
    throw new ToolError('Invalid', 'Say whose logs: the name of a pod or workload, or a labelSelector.');
  }
  const words = grep === undefined ? [] : [grep].flat().map((word) => word.toLowerCase());
  const found = await logs.read({ ...wanted, lines: words.length === 0 ? Math.max(limit, 10 * USUAL_LINES) : SEARCHED_LINES }, call);
  const fits = ({ text }: { readonly text: string }): boolean =>
    words.length === 0 || words.some((word) => text.toLowerCase().includes(word));
  const lines = found.lines.filter(fits);
  const shown = logsText({ ...found, lines }, limit);
  const { namespace, containers, notes } = found;
  const which = `${lines.length} lines${words.length === 0 ? '' : ` with ${words.join(' or ')} of ${found.lines.length}`}`;
  const head = `${which} of ${containers.join(', ')} in ${namespace}${wanted.previous === true ? ', the run before the present one' : ''}`;
  const text = [head, ...(lines.length === 0 ? [nothing(found.lines.length, wanted.sinceSeconds)] : [shown.text]), ...notes].join('\n');
  const data = {
    namespace,
    containers: [...containers],
    total: lines.length,
    lines: [...shown.lines],
    trouble: [...shown.trouble],
    notes: [...notes],
  };
  return { text, data };
}

const nothing = (all: number, since: number | undefined): string =>
  all > 0 ? 'None of them has such a word.' : `They have said nothing${since === undefined ? '' : ' in that time'}.`;
