/** The tools that tell of Incidents, Investigations, plans and evidence. */
import type { Tool } from '../tool.ts';
import { getEvidenceTool } from './getEvidence.ts';
import { getIncidentTool } from './getIncident.ts';
import { getInvestigationTool } from './getInvestigation.ts';
import { getPlanTool } from './getPlan.ts';
import { listIncidentsTool } from './listIncidents.ts';
import { listInvestigationsTool } from './listInvestigations.ts';
import { listPlansTool } from './listPlans.ts';
import type { Records } from './records.ts';

export const readingTools = (records: Records): readonly Tool[] => [
  listIncidentsTool(records),
  getIncidentTool(records),
  listInvestigationsTool(records),
  getInvestigationTool(records),
  listPlansTool(records),
  getPlanTool(records),
  getEvidenceTool(records),
];
