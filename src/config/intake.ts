/** How alerts become Incidents: what makes two the same, how bad each word says it is, and when an end is one. */
import { z } from 'zod';

const labelName = () => z.string().min(1, 'is empty; write the name of a label').max(317);
const word = () => z.string().min(1, 'is empty; write what a label says').max(63);

const announcement = (minutes: number, occurrences: number) =>
  z
    .strictObject({
      minutes: z.number().min(0).max(1440).default(minutes).describe('Once it is so old,'),
      occurrences: z.int().min(1).max(20).default(occurrences).describe('or has begun so often.'),
    })
    .prefault({})
    .describe(`By default ${minutes} minutes, or ${occurrences} times.`);

export const intakeSettings = z
  .strictObject({
    reopenMinutes: z
      .number()
      .min(0)
      .max(1440)
      .default(15)
      .describe('An alert that fires again within so long after its Incident recovered opens it again; later, it is the next Incident.'),
    pollSeconds: z.int().min(5).max(3600).default(30).describe('How often each Alertmanager is asked for what fires.'),
    receiver: z
      .string()
      .min(1)
      .max(255)
      .optional()
      .describe(
        'Name of the receiver in Alertmanager that leads here; of what is asked for, the rest is left out. Absent: everything counts.',
      ),
    ignoredLabels: z
      .array(labelName())
      .max(100)
      .default([])
      .describe('Labels that change while the trouble stays the same, besides those that are known for it: no part of an identity.'),
    identifyingLabels: z
      .array(labelName())
      .max(100)
      .default([])
      .describe('Labels that are part of an identity though they would be left out by rule, such as instance.'),
    announce: z
      .strictObject({ critical: announcement(0, 1), warning: announcement(2, 2), info: announcement(10, 3) })
      .prefault({})
      .describe('From when on people are told of an Incident, by its severity.'),
    severities: z
      .record(word(), z.enum(['critical', 'warning', 'info']))
      .default({})
      .describe('What words of your own mean, such as {gold: critical}; they count more than those that are known.'),
  })
  .prefault({})
  .describe('How alerts become Incidents.');
