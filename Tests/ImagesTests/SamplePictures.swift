import Images
import Randomness

/// The stream of one image in a test.
func generator(_ item: Int = 0) -> SeededGenerator {
  SeededGenerator(seed: 3, purpose: .testing, item: UInt64(item))
}

/// An image of uniform noise.
func noise(_ height: Int, _ width: Int, seed: UInt64 = 1) -> PixelImage {
  var generator = SeededGenerator(seed: seed, purpose: .testing)
  var image = PixelImage(height: height, width: width)
  for index in image.values.indices { image.values[index] = Float(generator.uniform()) }
  return image
}

/// One row of gray pixels.
func row(_ levels: [Float]) -> PixelImage {
  var image = PixelImage(height: 1, width: levels.count)
  image.values = levels.flatMap { [$0, $0, $0] }
  return image
}

/// The red channel.
func levels(_ image: PixelImage) -> [Float] {
  stride(from: 0, to: image.values.count, by: 3).map { image.values[$0] }
}
