/** `get_plan`: one RemediationPlan as an approver has to see it, and with what a person approves or rejects it. */
import { z } from 'zod';
import type { RemediationPlan } from '../../crds/kinds.ts';
import { criterionText, nextStepOf, planPage } from '../../report/pages/plan.ts';
import { oneLine, plain } from '../../text/plain.ts';
import { answerOf, pageAt } from '../answer.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import type { Name } from './kept.ts';
import { planRow, planRowOf } from './listPlans.ts';
import type { Records } from './records.ts';
import { defined, nameInput, namespaceInput } from './shapes.ts';

const input = z.object({ name: nameInput('RemediationPlan', 'list_plans or get_incident'), namespace: namespaceInput('RemediationPlan') });

const output = planRow.extend({
  summary: z.string(),
  confidence: z.int().describe('How sure the diagnosis is, in percent.'),
  digest: z.string().optional().describe('What an approval names; absent until the executor has rendered it.'),
  diff: z.string().optional().describe('Unified diff of the files in Git, made by code.'),
  changes: z
    .array(z.object({ object: z.string(), path: z.string(), before: z.string().optional(), after: z.string().optional() }))
    .describe('Fields of live objects that would change.'),
  repository: z.string().optional(),
  ref: z.string().optional(),
  path: z.string().optional(),
  helpedIf: z.array(z.string()).describe('All of these have to hold.'),
  riskReasons: z.array(z.string()),
  reaches: z.string().optional().describe('What a wrong fix would reach.'),
  policy: z.string().optional().describe('Which policy decides what, and why.'),
  approvals: z.array(z.object({ approver: z.string(), decision: z.string(), valid: z.boolean(), reason: z.string() })),
  checks: z.array(z.object({ name: z.string(), result: z.string(), message: z.string() })),
  alternatives: z.array(
    z.object({ action: z.string(), whyNot: z.string(), available: z.boolean().describe('Whether propose_plan can take it.') }),
  ),
  personCan: z
    .object({ what: z.string(), how: z.array(z.string()).describe('Commands or a link, for a person: no tool approves.') })
    .optional()
    .describe('What a person can do about it now; absent: nobody is asked.'),
  ended: z.string().optional().describe('How it ended.'),
});
type Data = z.input<typeof output>;

export const getPlanTool = (records: Records): Tool =>
  defineTool({
    name: 'get_plan',
    title: 'Get a RemediationPlan',
    description:
      'Shows one proposed fix (RemediationPlan): its exact diff, risk, when it counts as helped, approvals, what it waits for, and the command or link with which a person approves or rejects it. There is no tool that approves.',
    effect: 'reads',
    core: true,
    input,
    output,
    run: (asked, call) => readPlan(records, asked, call),
  });

export async function readPlan({ plans, redactor, clock }: Records, name: Name, call: Call): Promise<Answer<Data>> {
  const plan = await plans.get(name, call);
  return answerOf(redactor, {
    lines: planPage(plan, pageAt(clock.now())),
    data: dataOf(plan),
    rest: `kubectl sre show ${plan.metadata.name} -n ${plan.metadata.namespace}`,
  });
}

function dataOf(plan: RemediationPlan): Data {
  const { spec, status = {} } = plan;
  const personCan = nextStepOf(plan);
  return {
    ...planRowOf(plan),
    summary: oneLine(spec.summary),
    confidence: spec.confidence,
    ...renderedOf(status),
    helpedIf: spec.successCriteria.map(criterionText),
    approvals: (status.approvals ?? []).map(({ approver, decision, valid, reason }) => ({
      approver,
      decision,
      valid,
      reason: oneLine(reason),
    })),
    checks: (status.checks ?? []).map(({ name, result, message }) => ({ name, result, message: oneLine(message) })),
    alternatives: (spec.alternatives ?? []).map(({ action, whyNot, take }) => ({
      action,
      whyNot: oneLine(whyNot),
      available: take !== undefined,
    })),
    ...(personCan === undefined ? {} : { personCan: { what: personCan.what, how: [...personCan.how] } }),
  };
}

/** What the executor says of it. */
function renderedOf(status: NonNullable<RemediationPlan['status']>) {
  const { owner, policy, diff, digest, blastRadius } = status;
  const ended = status.conditions?.find(({ type, status: holds }) => type === 'Succeeded' && holds !== 'Unknown')?.message;
  return {
    changes: (status.renderedDiff ?? []).map(({ object, path, before, after }) => ({ object, path, ...defined({ before, after }) })),
    riskReasons: [...(status.risk?.reasons ?? [])],
    ...defined({
      digest,
      diff: diff === undefined ? undefined : plain(diff),
      repository: owner?.repository,
      ref: owner?.ref,
      path: owner?.path,
      reaches: blastRadius?.summary,
      policy:
        policy === undefined ? undefined : `${policy.decision}${policy.name === '' ? '' : ` by ${policy.name}`}: ${oneLine(policy.reason)}`,
      ended: ended === undefined ? undefined : oneLine(ended),
    }),
  };
}
