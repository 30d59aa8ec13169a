import { z } from 'zod';
import { defineAction, objectName } from './define.ts';

export const fixServiceSelector = defineAction({
  summary: 'Lets a Service select the pods of a workload by the labels that they have.',
  parameters: z.object({
    workloadKind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet']).describe('Kind of the workload that the Service is meant for.'),
    workloadName: objectName().describe('Its name, in the namespace of the Service.'),
  }),
  inWords: ({ workloadKind, workloadName }) => `labels of ${workloadKind} ${workloadName}`,
});
