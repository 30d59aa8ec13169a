export const resumeSync = {
  summary: 'Resumes what applies a workload: a Flux Kustomization or HelmRelease, an Argo CD Application.',
};
