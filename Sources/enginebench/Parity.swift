import ArgumentParser
import Foundation
import Kernels
import Networks
import Strategies
import Tensors

/// Replays a training that PyTorch did.
struct Parity: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replays a training that PyTorch wrote down and says how far ours is from it.",
    discussion: """
      CASE is a safetensors file that Benchmarks/make_parity_case.py writes. Its metadata, all \
      texts: arch, classes, steps, learning_rate, momentum, weight_decay, reduction \
      (mean_over_weights or mean_over_examples); where they differ from the usual, stem and \
      width_divisor. Its tensors: initial/NAME, input/STEP (N×3×H×W), target/STEP (int64), \
      class_weight (may be absent), expected/logits/STEP, expected/loss/STEP, \
      expected/gradient/NAME (step 0), expected/final/NAME (weights and running statistics after \
      the last step), expected/eval_logits (evaluation phase, input/0, after the last step).

      Step k uses input k and target k, then SGD with momentum; weight decay applies to every \
      parameter. An error is ‖ours − theirs‖ / ‖theirs‖ of one tensor; of each group the worst is \
      printed. Bounds: losses, logits and final weights 1e-4, gradients 1e-3. Beside it stands how far \
      PyTorch's own single precision is from its double precision (metadata noise_…): where that \
      is beyond a bound, no implementation can pass, as in a deep network whose branches all have \
      full strength.

      Exit status 1: a group exceeds its bound. 65: the file is no such case.
      """)

  @Argument(help: "The safetensors file.") var file: String
  @Option(help: "Compute threads.") var threads = 2
  @Option(help: "fastest, withoutWinograd (nor Strassen) or reference.")
  var convolution = ConvolutionPolicy.fastest
  @Flag(help: "One line of JSON instead of text.") var json = false

  func validate() throws {
    guard threads >= 1 else { throw ValidationError("--threads must be at least 1") }
  }

  func run() throws {
    let report: ParityReport
    do {
      report = try replay(try ParityCase(path: file))
    } catch {
      FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
      throw ExitCode(65)
    }
    if json { try printJSON(report) } else { report.print() }
    if !report.passes { throw ExitCode(1) }
  }

  private func replay(_ parity: ParityCase) throws -> ParityReport {
    let pool = ThreadPool(threads: threads)
    var configuration = parity.model
    configuration.convolution = convolution
    let classifier = try ImageClassifier(
      configuration, classes: parity.classes, input: parity.input, seed: 0, pool: pool,
      divisor: parity.divisor)
    try parity.check(classifier)
    for tensor in classifier.parameters + classifier.buffers {
      if let initial = parity.file["initial/\(tensor.name)"] {
        tensor.setTorchValues(initial.floats())
      }
    }
    var report = ParityReport(
      title: "\(parity.model.architecture.rawValue), \(parity.steps) steps of \(parity.input)",
      metadata: parity.file.metadata)
    func compare(_ values: [Float], _ name: String) {
      report.compare(values, with: parity.file["expected/" + name]!)
    }
    let optimizer = makeOptimizer(
      parity.optimizer, parameters: classifier.parameters, pool: pool)
    for step in 0..<parity.steps {
      parity.fill(classifier.input, step: step)
      classifier.forward(phase: .training, step: step)
      let targets = parity.targets(step: step)
      let loss = parity.loss.evaluate(
        classifier.logits, targets: targets.view(classifier.logits.shape).readOnly,
        into: classifier.dLogits)
      compare([loss], "loss/\(step)")
      compare(Array(classifier.logits.buffer), "logits/\(step)")
      classifier.backward()
      if step == 0 {
        for parameter in classifier.parameters {
          compare(parameter.torchGradient(), "gradient/\(parameter.name)")
        }
      }
      optimizer.step(learningRateFactor: 1)
    }
    for tensor in classifier.parameters + classifier.buffers {
      compare(tensor.torchValues(), "final/\(tensor.name)")
    }
    parity.fill(classifier.input, step: 0)
    classifier.forward(phase: .evaluation, step: parity.steps)
    compare(Array(classifier.logits.buffer), "eval_logits")
    return report
  }
}
