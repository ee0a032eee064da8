import Tensors

/// The weights of one convolution with the normalisation after it, made once for all batches of an
/// evaluation.
final class FoldedWeights {
  private var made: (elements: AlignedBuffer, changes: Int)?

  /// Frees the memory.
  func discard() { made = nil }

  /// The elements last made, unless what they were made from has changed since.
  ///
  /// - Parameter changes: the number of changes so far, which only grows.
  func elements(madeAfter changes: Int, _ make: () -> AlignedBuffer) -> AlignedBuffer {
    if let made, made.changes == changes { return made.elements }
    // Their memory goes before the new elements take some.
    discard()
    let elements = make()
    made = (elements, changes)
    return elements
  }
}
