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
  var best: Best?
  var optimizerSteps = 0
  /// ``TextTable/digest`` of what the model reads: the vocabulary is rebuilt, and must be the same.
  var texts: String?
  /// Of a fallback's text model.
  var fallback: TextFallback.State?
  /// What the phase's loss has counted.
  var lossState: [Double]?
  /// Draws of each class in this phase.
  var drawn: [Int]?

  /// The best epoch so far and its validation figures.
  struct Best: Codable {
    var epoch: Int
    var value: Double
    var validation: Evaluation
  }

  /// Books seconds of training steps.
  mutating func addTraining(seconds: Double) {
    trainingSeconds += seconds
    epochSeconds += seconds
    self.seconds += seconds
  }
}

/// Wall-clock seconds from a clock that never goes back.
package func monotonicSeconds() -> Double {
  Double(DispatchTime.now().uptimeNanoseconds) * 1e-9
}
