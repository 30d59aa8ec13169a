import { z } from 'zod';
import { defineAction, revisionNumber } from './define.ts';

export const rollbackWorkload = defineAction({
  summary: 'Gives the pods of a workload the template that an earlier revision of it had, field by field, in Git.',
  parameters: z.object({ revision: revisionNumber().describe('Revision in the workload’s own rollout history whose template is taken.') }),
  inWords: ({ revision }) => `pod template of revision ${revision}`,
});
