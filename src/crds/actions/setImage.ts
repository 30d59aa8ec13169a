import { z } from 'zod';
import { containerName, defineAction, revisionNumber } from './define.ts';

export const setImage = defineAction({
  summary: 'Sets the image of a container to the one that an earlier revision of the workload ran.',
  parameters: z.object({
    container: containerName(),
    revision: revisionNumber().describe('Revision in the workload’s own rollout history whose image is taken.'),
  }),
  inWords: ({ container, revision }) => `image of ${container} as in revision ${revision}`,
});
