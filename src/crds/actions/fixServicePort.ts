import { z } from 'zod';
import { defineAction, portNumber } from './define.ts';

export const fixServicePort = defineAction({
  summary: 'Lets a Service send to a port that the pods behind it declare.',
  parameters: z.object({
    port: portNumber().describe('Port of the Service that is corrected.'),
    targetPort: portNumber().describe('Port that it sends to: one that the pods behind the Service declare.'),
  }),
  inWords: ({ port, targetPort }) => `port ${port} to container port ${targetPort}`,
});
