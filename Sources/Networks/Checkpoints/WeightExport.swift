import Weights

/// Writes a network's tensors as `.safetensors`, under torchvision's names.
///
/// `model.load_state_dict(safetensors.torch.load_file(path))` takes them as they are.
public enum WeightExport {
  /// The metadata's key for the classes: a JSON list of names, in the order of the head's rows.
  public static let classesKey = "classes"

  /// Writes the file whole or not at all.
  ///
  /// - Parameters:
  ///   - tensors: parameters and running statistics, in PyTorch's order of elements.
  ///   - batches: PyTorch counts the batches that moved each running statistic.
  ///   - metadata: what the file says about itself, besides `format`.
  /// - Throws: `FileError` where the system cannot write the file.
  public static func write(
    _ tensors: [NamedTensor], batches: Int, metadata: [String: String], to path: String
  ) throws {
    var writer = SafetensorsWriter(metadata: metadata.merging(["format": "pt"]) { $1 })
    let ending = "running_var"
    for tensor in tensors {
      writer.add(tensor.name, shape: tensor.shape, tensor.values)
      if tensor.name.hasSuffix("." + ending) {
        let name = tensor.name.dropLast(ending.count) + "num_batches_tracked"
        writer.add(String(name), shape: [], integers: [batches])
      }
    }
    try writer.write(to: path)
  }
}

extension ImageClassifier {
  /// All tensors as PyTorch would hold them: parameters, then running statistics.
  public func torchTensors() -> [NamedTensor] {
    (parameters + buffers).map {
      NamedTensor(name: $0.name, shape: $0.shape, values: $0.torchValues())
    }
  }
}
