/** What a proposal says: typed actions of the closed catalogue alone. There is no field for a patch, a file or a command. */
import { z } from 'zod';
import { ACTION_TYPES, ACTIONS } from '../../crds/actions/actions.ts';
import { signatureOf } from '../../domain/choice.ts';
import { kindsOf } from '../../remediate/ownAction.ts';
import { nameInput, namespaceInput } from './shapes.ts';
import { targetOf } from './targets.ts';

const signatures = ACTION_TYPES.map(signatureOf).join('; ');
const kinds = [...new Set(ACTION_TYPES.flatMap(kindsOf))].toSorted();

export const proposalFields = {
  incident: nameInput('Incident', 'list_incidents'),
  namespace: namespaceInput('Incident'),
  action: z
    .enum(ACTION_TYPES)
    .optional()
    .describe(
      `What is done. Without target: an alternative of the Incident's present plan (get_plan lists them); left out: that plan's own action, with other parameters. ${ACTION_TYPES.map((type) => `${type}: ${ACTIONS[type].summary}`).join(' ')}`,
    ),
  target: targetOf(kinds)
    .optional()
    .describe('What an action of your own is about: for most the workload. Left out for an alternative of the present plan.'),
  parameters: z
    .record(z.string().max(63), z.union([z.string().max(253), z.number(), z.boolean()]))
    .optional()
    .describe(`Values for the parameters of the action; the others stay as the plan has them. They are: ${signatures}.`),
};
const input = z.object(proposalFields);
export type ProposalInput = z.output<typeof input>;
