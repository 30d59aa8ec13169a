/** `propose_plan`: a RemediationPlan in the caller's name, what the executor makes of it, and how a person approves it. */
import { z } from 'zod';
import { type RemediationPlan, remediationPlans } from '../../crds/kinds.ts';
import { hasEnded } from '../../domain/plan.ts';
import { diffLines, nextStepOf, planSummary } from '../../report/pages/plan.ts';
import { oneLine, plain } from '../../text/plain.ts';
import { answerOf, pageAt } from '../answer.ts';
import { ToolError } from '../errors.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import { awaited } from './awaited.ts';
import { planRow, planRowOf } from './listPlans.ts';
import { type ProposalDeps, type Proposed, propose } from './proposal.ts';
import { type ProposalInput, proposalFields } from './proposalInput.ts';
import { defined } from './shapes.ts';

export const proposalInput = z.object({
  ...proposalFields,
  waitSeconds: z.int().min(0).max(30).default(5).describe('How long to wait at most for the diff that the executor makes.'),
});
type Input = z.output<typeof proposalInput>;

export const proposalOutput = planRow.extend({
  wasThere: z.boolean().describe('You had proposed just that before: it is that plan.'),
  inPlaceOf: z.string().optional().describe('The plan that ends once this one stands with its diff.'),
  rendered: z.boolean().describe('Whether the executor has shown yet what it would do.'),
  diff: z.string().optional(),
  digest: z.string().optional(),
  personCan: z
    .object({ what: z.string(), how: z.array(z.string()) })
    .optional()
    .describe('How a person approves or rejects it: no tool does.'),
});
export type ProposalAnswer = Answer<z.input<typeof proposalOutput>>;

export const proposePlanTool = (deps: ProposalDeps): Tool =>
  defineTool({
    name: 'propose_plan',
    title: 'Propose a RemediationPlan',
    description:
      'Proposes a fix for an Incident: an alternative of its present plan, other values for it, or another action of the closed catalogue. Nothing changes: the answer shows the diff and the command or link with which a person approves. Look at get_plan first. Asked twice, it is one plan.',
    effect: 'proposes',
    core: true,
    input: proposalInput,
    output: proposalOutput,
    run: (asked, call) => proposeAndShow(deps, asked, call),
  });

/** @param before what the answer begins with */
export async function proposeAndShow(deps: ProposalDeps, asked: Input, call: Call, before = ''): Promise<ProposalAnswer> {
  const proposed = await propose(deps, asked satisfies ProposalInput, call);
  call.progress?.(1, 2, `proposed as plan ${proposed.plan.metadata.name}; waiting for its diff`);
  const waiting = { resource: remediationPlans, isAnswered, seconds: asked.waitSeconds, signal: call.signal };
  const plan = await awaited({ client: deps.client, clock: deps.records.clock }, proposed.plan, waiting);
  if (hasEnded(plan)) throw new ToolError('Invalid', `The executor refuses plan ${plan.metadata.name}: ${whyEnded(plan)}`);
  return answerOf(deps.records.redactor, { lines: textOf(deps, { ...proposed, plan }, call, before), data: dataOf({ ...proposed, plan }) });
}

const isAnswered = (plan: RemediationPlan): boolean => plan.status?.digest !== undefined || hasEnded(plan);

const whyEnded = ({ status }: RemediationPlan): string =>
  oneLine(status?.conditions?.find(({ type }) => type === 'Succeeded')?.message ?? `it has ended as ${status?.phase}`);

function textOf({ records }: ProposalDeps, { plan, wasThere, inPlaceOf }: Proposed, { caller }: Call, before: string): readonly string[] {
  const { name, namespace } = plan.metadata;
  const page = pageAt(records.clock.now());
  const place = inPlaceOf === undefined ? '' : `, in place of ${inPlaceOf}`;
  const head = `${wasThere ? 'proposed already' : 'proposed'} as ${oneLine(caller.username)}: plan ${name}${place}.`;
  const step = nextStepOf(plan);
  return [
    before === '' ? `${head.charAt(0).toUpperCase()}${head.slice(1)}` : `${before} ${head}`,
    'Nothing is changed before a person approves it; there is no tool that does.',
    '',
    ...planSummary(plan, page),
    ...diffLines(plan, page),
    '',
    ...(plan.status?.digest === undefined
      ? [`The executor has not shown yet what it would do: get_plan ${name} does in a few seconds.`]
      : []),
    ...(step === undefined
      ? [
          `Then a person approves it who has the ClusterRole agent-sre-approver in namespace ${namespace}, with: kubectl sre approve ${name} -n ${namespace}`,
        ]
      : [
          `${step.what}:`,
          ...step.how.map((line) => `  ${line}`),
          `That takes the ClusterRole agent-sre-approver in namespace ${namespace}; who proposes a plan of high risk does not count as its approver.`,
        ]),
  ];
}

function dataOf({ plan, wasThere, inPlaceOf }: Proposed): z.input<typeof proposalOutput> {
  const { status } = plan;
  const personCan = nextStepOf(plan);
  return {
    ...planRowOf(plan),
    wasThere,
    rendered: status?.digest !== undefined,
    ...defined({
      inPlaceOf,
      diff: status?.diff === undefined ? undefined : plain(status.diff),
      digest: status?.digest,
      personCan: personCan === undefined ? undefined : { what: personCan.what, how: [...personCan.how] },
    }),
  };
}
