export const resumeSync = {
  summary: 'Resumes the Flux Kustomization that applies a workload.',
};
