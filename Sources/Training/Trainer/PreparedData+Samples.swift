import Datasets
import Images

extension PreparedData {
  /// A few training images of every class as the pixel cache has them, so that people can see what a
  /// class looks like.
  ///
  /// - Parameters:
  ///   - count: of each class; of one with fewer images, all. They are spread evenly over the class's
  ///     images in the order of the catalogue.
  ///   - side: pixels of the longer side at most.
  /// - Returns: by the class's name.
  /// - Precondition: both are at least 1.
  public func samples(ofEachClass count: Int, side: Int) -> [String: [RGBImage]] {
    precondition(count > 0 && side > 0, "\(count) samples of \(side) pixels")
    let scale = min(1, Double(side) / Double(max(pixels.height, pixels.width)))
    let (height, width) = (
      max(1, Int((Double(pixels.height) * scale).rounded())),
      max(1, Int((Double(pixels.width) * scale).rounded()))
    )
    let classes = Dictionary(grouping: splits.training.examples, by: \.classIndex)
    var samples: [String: [RGBImage]] = [:]
    for (classIndex, items) in classes {
      let members = items.map(\.example).sorted()
      let chosen = (0..<min(count, members.count)).map {
        members[$0 * members.count / min(count, members.count)]
      }
      samples[splits.labelMap.allNames[classIndex]] = chosen.map { example in
        RGBImage(
          height: pixels.height, width: pixels.width,
          pixels: Array(pixels.pixels(at: pixelIndices[example]))
        ).resized(height: height, width: width)
      }
    }
    return samples
  }
}
