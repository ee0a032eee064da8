import Foundation

/// Named tensors with a document of metadata, in one checked file.
public struct Checkpoint: Equatable, Sendable {
  /// JSON that the owner wrote and reads.
  public var metadata: Data
  public var tensors: [NamedTensor]

  /// A checkpoint to be written.
  public init(metadata: Data, tensors: [NamedTensor]) {
    (self.metadata, self.tensors) = (metadata, tensors)
  }

  /// The tensor of that name.
  public subscript(name: String) -> NamedTensor? { tensors.first { $0.name == name } }
}
