import ArgumentParser
import Kernels
import Networks
import Randomness
import Tensors

/// The network that is measured, and on what.
struct NetworkOptions: ParsableArguments {
  @Option(help: "resnet18, resnet34, resnet50, resnet101, cifar_resnet20 or cifar_resnet32.")
  var arch = ModelConfiguration.Architecture.resnet50
  @Option(help: "Rows of an image.") var height = 224
  @Option(help: "Columns of an image.") var width = 224
  @Option(help: "Images per step.") var batch = 16
  @Option(help: "Timed steps.") var steps = 5
  @Option(help: "Compute threads.") var threads = 2
  @Option(help: "Classes of the linear head.") var classes = 1000
  @Option(help: "imagenet or small.") var stem = ModelConfiguration.Stem.imagenet
  @Option(help: "fastest, withoutWinograd (nor Strassen) or reference.")
  var convolution = ConvolutionPolicy.fastest
  @Flag(help: "One line of JSON instead of text.") var json = false

  func validate() throws {
    guard height >= 1, width >= 1, batch >= 1, steps >= 1, threads >= 1, classes >= 1 else {
      throw ValidationError(
        "--height, --width, --batch, --steps, --threads and --classes must be at least 1")
    }
  }

  /// The network with initial weights and random images in its input.
  func classifier(pool: ThreadPool) throws -> ImageClassifier {
    let classifier = try ImageClassifier(
      ModelConfiguration(
        architecture: arch, stem: arch.isCIFAR ? .small : stem, convolution: convolution),
      classes: classes, height: height, width: width, batch: batch, seed: 1, pool: pool)
    var generator = SeededGenerator(seed: 1, purpose: .testing)
    for index in 0..<classifier.input.count {
      classifier.input.pointer[index] = Float(generator.uniform() * 4 - 2)
    }
    return classifier
  }

  /// Such as `resnet50, batch 16 of 224×224, 2 threads`.
  var title: String {
    "\(arch.rawValue), batch \(batch) of \(height)×\(width), \(threads) threads"
  }
}

extension ModelConfiguration.Architecture: ExpressibleByArgument {}
extension ModelConfiguration.Stem: ExpressibleByArgument {}
extension ConvolutionPolicy: ExpressibleByArgument {}
