/** Every tool of the product, from the parts of a process. */

import { readingTools } from '../tools/incidents/readingTools.ts';
import { createRecords } from '../tools/incidents/records.ts';
import { createTools, type Tools } from '../tools/registry.ts';
import { clusterTools, createClusterAccess } from './clusterTools.ts';
import type { Parts } from './parts.ts';

/** To be called before the manager runs. */
export function addTools(parts: Parts): Tools {
  const { client, clock, config, manager, redactor } = parts;
  const records = createRecords({ client, clock, manager, redactor, namespace: config.namespace });
  const cluster = createClusterAccess(parts);
  return createTools([...clusterTools(cluster), ...readingTools(records)]);
}
