import Kernels
import Tensors

/// What a pass through a network is given besides tensors.
package struct Pass {
  package let phase: LearningPhase
  /// The number of the optimiser's step, which keys dropout.
  package let step: Int
  /// The run's seed, which keys dropout.
  package let seed: UInt64
  /// The memory behind the plan that the layers were planned with.
  package let workspace: Workspace
  package let pool: ThreadPool

  /// A pass with all its parts.
  package init(
    phase: LearningPhase, step: Int, seed: UInt64, workspace: Workspace, pool: ThreadPool
  ) {
    (self.phase, self.step, self.seed) = (phase, step, seed)
    (self.workspace, self.pool) = (workspace, pool)
  }
}
