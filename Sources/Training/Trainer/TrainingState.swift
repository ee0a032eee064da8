import Foundation
import Metrics
import Results
import Strategies

/// Where a run is: everything besides tensors that a checkpoint needs to continue exactly.
struct TrainingState: Codable {
  /// What the run is; a checkpoint of another run is never continued.
  var fingerprint: String
  /// Optimiser steps done.
  var step = 0
  var phase = 0
  var position = OrderStream.Position()
  var feedback: ValidationFeedback?
  /// Sum over the current epoch's images of the loss, and how many they are.
  var epochLoss = 0.0
  var epochImages = 0
  var epochSeconds = 0.0
  /// Seconds of training steps and images in them, over all attempts, for images per second.
  var trainingSeconds = 0.0
  /// Seconds of all attempts, evaluation included.
  var seconds = 0.0
  var epochs: [EpochRecord] = []
  /// Of the main learner, as a checkpoint keeps it: see ``learner``.
  var best: Learner.Best?
  var optimizerSteps = 0
  /// ``TextTable/digest`` of what the model reads: the vocabulary is rebuilt, and must be the same.
  var texts: String?
  /// Of a fallback's text model, as a checkpoint keeps it: see ``textLearner``.
  var fallback: Fallback?
  /// Of the main learner, as a checkpoint keeps it: see ``learner``.
  var lossState: [Double]?
  /// Draws of each class in this phase.
  var drawn: [Int]?
  /// What each class has received in each phase so far; `nil` where the run was begun by a version
  /// that did not count, since what came before is not known then.
  var masses: MassLedger?
  /// What was set aside or fallen back to so far, one sentence each.
  var notices: [String]?

  /// A fallback's text model, in the words of a checkpoint.
  struct Fallback: Codable {
    var optimizerSteps = 0
    var bestEpoch: Int?
    var bestValue: Double?
    var lossState: [Double]?
  }

  /// Books seconds of training steps.
  mutating func addTraining(seconds: Double) {
    trainingSeconds += seconds
    epochSeconds += seconds
    self.seconds += seconds
  }
}

// What the learners were when the checkpoint was written; while they learn, they know better.
extension TrainingState {
  /// The main learner.
  var learner: Learner.State {
    get { Learner.State(optimizerSteps: optimizerSteps, lossState: lossState, best: best) }
    set {
      (optimizerSteps, lossState, best) = (
        newValue.optimizerSteps, newValue.lossState, newValue.best
      )
    }
  }

  /// The text's model of a fallback; its figures on validation are not kept.
  var textLearner: Learner.State? {
    get {
      fallback.map { saved in
        var best: Learner.Best?
        if let epoch = saved.bestEpoch, let value = saved.bestValue {
          best = Learner.Best(epoch: epoch, value: value)
        }
        return Learner.State(
          optimizerSteps: saved.optimizerSteps, lossState: saved.lossState, best: best)
      }
    }
    set {
      fallback = newValue.map {
        Fallback(
          optimizerSteps: $0.optimizerSteps, bestEpoch: $0.best?.epoch, bestValue: $0.best?.value,
          lossState: $0.lossState)
      }
    }
  }
}

/// Wall-clock seconds from a clock that never goes back.
package func monotonicSeconds() -> Double {
  Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
}
