import { z } from 'zod';
import { rules } from '../rules.ts';
import { configKey, defineAction, objectName } from './define.ts';

export const fixConfigReference = defineAction({
  summary: 'Corrects the name of a ConfigMap, or of a key in it, that a workload refers to and that does not exist.',
  parameters: z
    .object({
      configMap: objectName().describe('ConfigMap that the workload names now.'),
      toConfigMap: objectName().optional().describe('The one that is meant: it exists, and no other name is as near.'),
      key: configKey().optional().describe('Key that the workload names now and that the ConfigMap lacks.'),
      toKey: configKey().optional().describe('The one that is meant: the ConfigMap has it, and no other is as near.'),
    })
    .meta(
      rules(
        {
          rule: 'has(self.toConfigMap) != has(self.toKey)',
          message: 'one thing is corrected: set toConfigMap, or key and toKey',
        },
        { rule: 'has(self.key) == has(self.toKey)', message: 'key and toKey belong together', fieldPath: '.key' },
      ),
    ),
  inWords: ({ configMap, toConfigMap, key, toKey }) =>
    toKey === undefined ? `ConfigMap ${configMap} to ${toConfigMap ?? ''}` : `key ${key ?? ''} of ConfigMap ${configMap} to ${toKey}`,
});
