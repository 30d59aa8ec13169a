/**
 * `git_commit` and `git_push`: nothing is committed or pushed by a tool. What they are given becomes a proposed plan, of typed actions alone; a person's
 * approval of its diff is what makes the executor commit and push it.
 */
import { z } from 'zod';
import { ToolError } from '../errors.ts';
import { proposalInput, proposalOutput, proposeAndShow } from '../incidents/proposePlan.ts';
import { nameInput } from '../incidents/shapes.ts';
import { type Call, defineTool, type Tool } from '../tool.ts';
import type { GitDeps } from './deps.ts';

const refused = z.unknown().optional().describe('Not taken: say what is to be changed as action, target and parameters.');
const input = proposalInput.extend({
  incident: nameInput('Incident', 'list_incidents').optional().describe('Name of the Incident that it is to end; a change needs one.'),
  message: z.string().max(4096).optional().describe('Not used: the message of a commit is made from its plan.'),
  patch: refused,
  diff: refused,
  files: refused,
  content: refused,
});
type Input = z.output<typeof input>;

/** What is written by hand, by other names too. */
const BY_HAND = ['patch', 'diff', 'files', 'content'] as const;
const BEGINNING = 'Proposed, not committed:';

const tool = (deps: GitDeps, name: 'git_commit' | 'git_push', title: string, does: string): Tool =>
  defineTool({
    name,
    title,
    description: `Does not ${does}: proposes a RemediationPlan, as propose_plan does, which is committed and pushed once a person has approved its diff. Takes an Incident and a typed action of the closed catalogue; no patch, file or text.`,
    effect: 'proposes',
    core: false,
    input,
    output: proposalOutput,
    run: (asked, call) => proposeChange(deps, name, asked, call),
  });

export const gitCommitTool = (deps: GitDeps): Tool => tool(deps, 'git_commit', 'Propose a commit', 'commit');
export const gitPushTool = (deps: GitDeps): Tool => tool(deps, 'git_push', 'Propose a change to what is deployed', 'push');

async function proposeChange(deps: GitDeps, name: string, asked: Input, call: Call): ReturnType<typeof proposeAndShow> {
  const byHand = BY_HAND.filter((field) => asked[field] !== undefined && asked[field] !== null);
  if (byHand.length > 0) throw notTaken(byHand, `${name} takes no patch, file or text: a plan holds typed actions alone.`);
  const { incident, message: _message, patch: _patch, diff: _diff, files: _files, content: _content, ...proposal } = asked;
  if (incident === undefined) throw notTaken(['incident'], `${name} commits nothing by itself: a change is proposed for an Incident.`);
  return proposeAndShow(deps, { ...proposal, incident }, call, BEGINNING);
}

function notTaken(fields: readonly string[], why: string): ToolError {
  const todo =
    'Say incident, and action with target and parameters, or an alternative that get_plan offers; propose_plan lists the actions.';
  return new ToolError('Invalid', `${why} ${todo}`, { problems: fields.map((field) => ({ field, problem: todo })) });
}
