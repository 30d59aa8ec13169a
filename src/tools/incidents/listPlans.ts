/** `list_plans`: what is proposed, at work or done, what waits for a person first. */
import { z } from 'zod';
import type { RemediationPlan } from '../../crds/kinds.ts';
import { hasEnded } from '../../domain/plan.ts';
import { actionText } from '../../report/action.ts';
import { age } from '../../text/age.ts';
import { cut } from '../../text/layout.ts';
import { oneLine } from '../../text/plain.ts';
import { answerOf } from '../answer.ts';
import { type Answer, type Call, defineTool, type Tool } from '../tool.ts';
import type { Records } from './records.ts';
import { moreLine, type PageOf, pageOf, selects } from './select.ts';
import { paging, selectionInput, waitingOn } from './shapes.ts';

const input = z.object({
  state: z
    .enum(['open', 'waiting', 'over', 'all'])
    .default('open')
    .describe('open: has not ended; waiting: a person has to act, most often to approve; over: has ended, one way or another.'),
  incident: z.string().trim().min(1).max(253).optional().describe('Only plans for the Incident of this name.'),
  ...selectionInput,
});
type Input = z.output<typeof input>;

export const planRow = z.object({
  namespace: z.string(),
  name: z.string().describe('For get_plan.'),
  incident: z.string(),
  phase: z.string().describe('Pending, AwaitingApproval, HeldUp, Applying, Syncing, Verifying, RollingBack, or how it ended.'),
  created: z.string().describe('RFC 3339.'),
  expires: z.string().describe('RFC 3339; nothing is begun after it.'),
  does: z.array(z.string()).describe('Each action in words.'),
  strategy: z.string().describe('Commit, PullRequest or Direct.'),
  risk: z.string().optional().describe('Low, Medium or High; absent until the executor has looked at it.'),
  waitingOn: waitingOn.optional(),
  requestedBy: z.string().optional().describe('Who proposed it: a person, or an account of Agent-SRE for what rules chose.'),
});

const output = z.object({ ...paging, plans: z.array(planRow) });

export const listPlansTool = (records: Records): Tool =>
  defineTool({
    name: 'list_plans',
    title: 'List RemediationPlans',
    description:
      'Lists proposed fixes (RemediationPlans): what each would do to what, its risk, and who has to act; those that wait for a person first. get_plan shows one with its diff.',
    effect: 'reads',
    core: false,
    input,
    output,
    run: (asked, call) => listPlans(records, asked, call),
  });

async function listPlans({ plans, clock, redactor }: Records, asked: Input, call: Call): Promise<Answer<z.input<typeof output>>> {
  const now = clock.now();
  const isSelected = selects(asked, now);
  const found = (await plans.list(call))
    .filter((plan) => isInState(plan, asked.state))
    .filter(({ spec }) => asked.incident === undefined || spec.incidentRef.name === asked.incident)
    .filter((plan) => isSelected(plan, { objects: plan.spec.actions.map(({ target }) => target), began: plan.metadata.creationTimestamp }))
    .toSorted(mostUrgentFirst);
  const page = pageOf(found, asked);
  const { total, nextOffset } = page;
  return answerOf(redactor, {
    lines: textOf(page, asked, now),
    data: { total, ...(nextOffset === undefined ? {} : { nextOffset }), plans: page.shown.map(planRowOf) },
  });
}

const waits = ({ status }: RemediationPlan): boolean => status?.waitingOn?.who === 'Person';

function isInState(plan: RemediationPlan, state: Input['state']): boolean {
  if (state === 'all') return true;
  if (state === 'waiting') return !hasEnded(plan) && waits(plan);
  return hasEnded(plan) === (state === 'over');
}

/** What waits for a person, then what is at work, then what has ended; the latest first. */
function mostUrgentFirst(a: RemediationPlan, b: RemediationPlan): number {
  const rank = (plan: RemediationPlan): number => (hasEnded(plan) ? 2 : waits(plan) ? 0 : 1);
  return rank(a) - rank(b) || Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp);
}

export function planRowOf({ metadata, spec, status }: RemediationPlan): z.infer<typeof planRow> {
  const { who, detail } = status?.waitingOn ?? {};
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    incident: spec.incidentRef.name,
    phase: status?.phase ?? 'Pending',
    created: metadata.creationTimestamp,
    expires: spec.expiresAt,
    does: spec.actions.map((action) => oneLine(actionText(action))),
    strategy: spec.strategy,
    ...(status?.risk === undefined ? {} : { risk: status.risk.level }),
    ...(who === undefined ? {} : { waitingOn: { who, ...(detail === undefined ? {} : { detail: oneLine(detail) }) } }),
    ...(spec.requestedBy === undefined ? {} : { requestedBy: oneLine(spec.requestedBy.username) }),
  };
}

const LINE = 240;

function textOf(page: PageOf<RemediationPlan>, { state, offset }: Input, now: number): readonly string[] {
  const { shown, total } = page;
  const states = { open: 'open', waiting: 'waiting for a person', over: 'over', all: 'known' } as const;
  if (total === 0) return [`No such RemediationPlan is ${states[state]}.`];
  const from = shown.length < total ? `, from ${offset + 1} on` : '';
  return [
    `${total === 1 ? '1 RemediationPlan is' : `${total} RemediationPlans are`} ${states[state]}${from}:`,
    ...shown.flatMap((plan) => entryOf(plan, now)),
    '',
    ...moreLine(page),
    'get_plan shows one with its diff.',
  ];
}

function entryOf(plan: RemediationPlan, now: number): readonly string[] {
  const { name, phase, created, does, risk, waitingOn: waiting, incident } = planRowOf(plan);
  const who = waiting === undefined ? '' : ` · waiting on ${waiting.who}${waiting.detail === undefined ? '' : `: ${waiting.detail}`}`;
  return [
    '',
    `${name} · ${phase}${risk === undefined ? '' : ` · risk ${risk}`} · ${age(created, now)}`,
    cut(`  ${does.join('; ')}`, LINE),
    cut(`  for ${incident}${who}`, LINE),
  ];
}
