import Datasets
import Files
import Networks
import Tensors

/// Finds the places of a batch in which a frozen part gives the same bits to the same picture.
///
/// One picture in all places at once shows which of them agree; the same picture among others shows
/// that neighbours change nothing. Compared are the results of all layers that keep them, so that no
/// difference is lost behind a ReLU.
struct FrozenProbe {
  /// Places in which neighbours change nothing, ascending, never none.
  let places: [Int]
  /// The group of each of ``places``: those of one group agree, groups count from 0.
  let groups: [Int]
  /// SHA-256 of what became of the picture: differs where kernels round in another way.
  let digest: String

  init(_ part: FrozenPart, model: ImageClassifier, loader: BatchLoader, data: PreparedData) {
    let batch = model.input.shape.n
    let examples = data.splits.training.examples
    func digests(_ pictures: [BatchLoader.Picture]) -> [String] {
      Self.digests(of: pictures, part, model: model, loader: loader)
    }
    let probe = BatchLoader.Picture(example: examples[0].example, view: nil)
    let other = BatchLoader.Picture(example: examples[examples.count / 2].example, view: nil)
    let alone = digests(Array(repeating: probe, count: batch))
    let even = digests((0..<batch).map { $0.isMultiple(of: 2) ? probe : other })
    let odd = digests((0..<batch).map { $0.isMultiple(of: 2) ? other : probe })
    places = (0..<batch).filter { ($0.isMultiple(of: 2) ? even : odd)[$0] == alone[$0] }
    precondition(!places.isEmpty, "a frozen trunk in which neighbours change a picture's result")
    var known: [String: Int] = [:]
    for place in places where known[alone[place]] == nil { known[alone[place]] = known.count }
    groups = places.map { [known] in known[alone[$0]]! }
    digest = SHA256Digest.hex(of: places.map { alone[$0] }.joined())
  }

  /// Passes that a probe takes.
  static let passes = 3

  /// SHA-256 of what a frozen part makes of each picture of a full batch.
  static func digests(
    of pictures: [BatchLoader.Picture], _ part: FrozenPart, model: ImageClassifier,
    loader: BatchLoader
  ) -> [String] {
    let batch = model.input.shape.n
    loader.load(pictures, at: Array(0..<batch), into: model.input)
    model.forwardFrozen(part)
    return (0..<batch).map { place in
      var digest = SHA256Digest()
      for result in model.results(within: part) {
        let count = result.count / batch
        digest.update(
          UnsafeRawBufferPointer(
            start: result.pointer + place * count, count: count * MemoryLayout<Float>.stride))
      }
      return digest.finalize()
    }
  }

  /// The places of each group, at most `most` of them, the last ones.
  func placesByGroup(most: Int) -> [[Int]] {
    (0...(groups.max() ?? 0)).map { group in
      Array(zip(places, groups).filter { $0.1 == group }.map(\.0).suffix(most))
    }
  }
}
