import { z } from 'zod';
import { rules } from '../rules.ts';
import { containerName, defineAction, listed, portNumber, revisionNumber } from './define.ts';

const PROBES = ['Liveness', 'Readiness', 'Startup'] as const;

const SETS = [
  'port',
  'pathOfProbe',
  'pathOfRevision',
  'scheme',
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'failureThreshold',
];
const seconds = (max: number, what: string) => z.int().min(1).max(max).optional().describe(what);

export const fixProbe = defineAction({
  summary: 'Corrects the port, path, scheme or timing of a probe.',
  parameters: z
    .object({
      container: containerName(),
      probe: z.enum(PROBES).describe('The probe that is corrected.'),
      port: portNumber().optional().describe('Port that it asks: one on which the container is known to listen.'),
      pathOfProbe: z.enum(PROBES).optional().describe('It asks the path that this other probe of the container asks.'),
      pathOfRevision: revisionNumber()
        .optional()
        .describe('It asks the path that it asked in this revision of the workload’s own history.'),
      scheme: z.enum(['HTTP', 'HTTPS']).optional().describe('Protocol that it speaks.'),
      initialDelaySeconds: seconds(600, 'How long after the start it begins.'),
      timeoutSeconds: seconds(60, 'How long an answer may take.'),
      periodSeconds: seconds(300, 'How often it asks.'),
      failureThreshold: z.int().min(1).max(60).optional().describe('After how many failures it counts.'),
    })
    .meta(
      rules(
        {
          rule: SETS.map((field) => `has(self.${field})`).join(' || '),
          message: 'FixProbe has to correct something: set the port, a path, the scheme or a timing',
        },
        {
          rule: '!has(self.pathOfProbe) || !has(self.pathOfRevision)',
          message: 'a probe has one path: set pathOfProbe or pathOfRevision, not both',
          fieldPath: '.pathOfProbe',
        },
        {
          rule: '!has(self.pathOfProbe) || self.pathOfProbe != self.probe',
          message: 'pathOfProbe has to be another probe than the one that is corrected',
          fieldPath: '.pathOfProbe',
        },
      ),
    ),
  inWords: ({ container, probe, port, pathOfProbe, pathOfRevision, scheme, ...timing }) =>
    listed(
      `${probe.toLowerCase()} probe of ${container}`,
      port !== undefined && `port ${port}`,
      pathOfProbe !== undefined && `path of the ${pathOfProbe.toLowerCase()} probe`,
      pathOfRevision !== undefined && `path as in revision ${pathOfRevision}`,
      scheme !== undefined && `scheme ${scheme}`,
      timing.initialDelaySeconds !== undefined && `initial delay ${timing.initialDelaySeconds} s`,
      timing.timeoutSeconds !== undefined && `time-out ${timing.timeoutSeconds} s`,
      timing.periodSeconds !== undefined && `every ${timing.periodSeconds} s`,
      timing.failureThreshold !== undefined && `${timing.failureThreshold} failures`,
    ),
});
