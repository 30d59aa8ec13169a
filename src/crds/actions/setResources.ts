import { z } from 'zod';
import { type Rule, rules } from '../rules.ts';
import { containerName, defineAction, listed } from './define.ts';

const mebibytes = (what: string) => z.int().min(4).max(1_048_576).optional().describe(`${what} in MiB.`);
const millicores = (what: string) => z.int().min(1).max(1_024_000).optional().describe(`${what} in thousandths of a core.`);

const requestWithinLimit = (request: string, limit: string): Rule => ({
  rule: `!has(self.${request}) || !has(self.${limit}) || self.${request} <= self.${limit}`,
  message: `${request} is more than ${limit}; a container may not ask for more than its limit`,
  fieldPath: `.${request}`,
});

export const setResources = defineAction({
  summary: 'Raises the memory or CPU that a container requests or may use.',
  parameters: z
    .object({
      container: containerName(),
      memoryLimitMebibytes: mebibytes('Memory limit'),
      memoryRequestMebibytes: mebibytes('Memory request'),
      cpuLimitMillicores: millicores('CPU limit'),
      cpuRequestMillicores: millicores('CPU request'),
    })
    .meta(
      rules(
        {
          rule: 'has(self.memoryLimitMebibytes) || has(self.memoryRequestMebibytes) || has(self.cpuLimitMillicores) || has(self.cpuRequestMillicores)',
          message: 'SetResources has to set at least one limit or request',
        },
        requestWithinLimit('memoryRequestMebibytes', 'memoryLimitMebibytes'),
        requestWithinLimit('cpuRequestMillicores', 'cpuLimitMillicores'),
      ),
    ),
  inWords: ({ container, memoryLimitMebibytes, memoryRequestMebibytes, cpuLimitMillicores, cpuRequestMillicores }) =>
    listed(
      container,
      memoryLimitMebibytes !== undefined && `memory limit ${memoryLimitMebibytes}Mi`,
      memoryRequestMebibytes !== undefined && `memory request ${memoryRequestMebibytes}Mi`,
      cpuLimitMillicores !== undefined && `CPU limit ${cpuLimitMillicores}m`,
      cpuRequestMillicores !== undefined && `CPU request ${cpuRequestMillicores}m`,
    ),
});
