/** Where a team's own specialists are. What is in them is checked by `src/investigate/specialists/load.ts`. */
import { z } from 'zod';

export const specialistsSettings = {
  specialistsDir: z
    .string()
    .min(1, 'is empty; write the path of a folder')
    .optional()
    .describe('Folder with the YAML files of your own specialists, as a ConfigMap is mounted; absent: the built-in ones alone.'),
};
