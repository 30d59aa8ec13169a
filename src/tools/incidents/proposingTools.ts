/** The tools that make an Incident, an Investigation or a proposed plan in the caller's name. None approves. */
import type { Tool } from '../tool.ts';
import { createIncidentTool, type IncidentDeps } from './createIncident.ts';
import { createInvestigationTool, type InvestigationDeps } from './createInvestigation.ts';
import type { ProposalDeps } from './proposal.ts';
import { proposePlanTool } from './proposePlan.ts';

export type ProposingDeps = IncidentDeps & InvestigationDeps & ProposalDeps;

export const proposingTools = (deps: ProposingDeps): readonly Tool[] => [
  createIncidentTool(deps),
  createInvestigationTool(deps),
  proposePlanTool(deps),
];
