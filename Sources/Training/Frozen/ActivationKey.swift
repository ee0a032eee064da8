import Files
import Images
import Kernels
import Networks
import Recipes
import Results

/// All that a file of activations depends on. Two runs share a file exactly if their keys are equal.
package struct ActivationKey: Codable, Hashable {
  package var model: String
  package var part: FrozenPart
  /// SHA-256 over names, weights and running statistics of the frozen part, in our own layout.
  package var weights: String
  /// SHA-256 over splits and pixels.
  package var data: String
  package var image: ImageConfiguration
  package var engine: Engine
  package var content: Content

  /// What decides the last bits.
  package struct Engine: Codable, Hashable {
    var convolution: String
    /// Implementation name → number of convolutions of the frozen part that use it.
    var kernels: [String: Int]
    /// The processor family that OpenBLAS chose, its version and its build.
    var blas: String
    var batch: Int
    /// SHA-256 of what the frozen part made of the probe: another build whose kernels round in
    /// another way has another key, whatever it calls them.
    var probe: String
  }

  /// Which images, in which order.
  package enum Content: Codable, Hashable {
    /// The training split.
    case training
    /// Validation, then test.
    case evaluation
    /// The training split's images, each in so many augmented views, drawn from a run's seed.
    case views(count: Int, seed: UInt64, transforms: [PixelTransform])

    /// In one word.
    var name: String {
      switch self {
      case .training: "training"
      case .evaluation: "evaluation"
      case .views: "views"
      }
    }
  }

  /// SHA-256 over all parts.
  package var digest: String {
    do {
      return SHA256Digest.hex(of: try CanonicalJSON.text(of: self, excluding: []))
    } catch {
      preconditionFailure("a key of activations holds a number that is not finite: \(error)")
    }
  }

  /// `activations-PART-CONTENT-….cache`
  package var fileName: String {
    "activations-\(part.rawValue)-\(content.name)-\(digest.prefix(24)).cache"
  }
}

extension ActivationKey {
  /// The key of what a frozen part of a network makes of images, as it is computed here and now.
  init(
    _ part: FrozenPart, of model: ImageClassifier, recipe: Recipe, data: PreparedData,
    probe: FrozenProbe, content: Content
  ) {
    self.init(
      model: "\(recipe.model.architecture.rawValue) \(recipe.model.stem.rawValue)", part: part,
      weights: Self.digest(of: model.tensors(within: part)), data: data.splitDigest,
      image: recipe.image,
      engine: Engine(
        convolution: recipe.model.convolution.rawValue,
        kernels: model.kernelNames(within: part),
        blas: "\(OpenBLAS.coreName) \(OpenBLAS.configuration)", batch: model.input.shape.n,
        probe: probe.digest),
      content: content)
  }

  private static func digest(of tensors: [Parameter]) -> String {
    var digest = SHA256Digest()
    for tensor in tensors {
      digest.update("\(tensor.name) \(tensor.shape)\n")
      digest.update(UnsafeRawBufferPointer(tensor.value.buffer))
    }
    return digest.finalize()
  }
}
