import Images
import Randomness
import Testing

@Suite struct PixelTransformTests {
  @Test("at zero strength nothing changes", arguments: PixelTransform.names)
  func zeroStrength(name: String) throws {
    let transform = try PixelTransform(name: name).scaled(by: 0)
    try transform.validate()
    let image = noise(13, 9)
    for item in 0..<20 {
      var changed = image
      var generator = generator(item)
      transform.apply(to: &changed, using: &generator)
      #expect(changed == image)
    }
  }

  @Test("at strength one it is the same transform", arguments: PixelTransform.names)
  func strengthOne(name: String) throws {
    let transform = try PixelTransform(name: name)
    #expect(transform.scaled(by: 1).values.keys == transform.values.keys)
    for (key, value) in transform.scaled(by: 1).values {
      #expect(abs(value - transform.values[key]!) < 1e-12)
    }
  }

  @Test("stays valid and within 0…1 at any strength and size", arguments: PixelTransform.names)
  func anyStrength(name: String) throws {
    let transform = try PixelTransform(name: name)
    for factor in [0.1, 0.5, 1, 1.7, 4, 1000] {
      let strong = transform.strengthened(by: factor)
      try strong.validate()
      for (item, size) in [(1, 1), (1, 7), (6, 1), (2, 2), (16, 11), (9, 32)].enumerated() {
        var image = noise(size.0, size.1)
        var generator = generator(item)
        for _ in 0..<10 { strong.apply(to: &image, using: &generator) }
        #expect(image.values.count == size.0 * size.1 * 3)
        #expect(image.values.allSatisfy { (0...1).contains($0) })
      }
    }
  }

  @Test("extremes of every parameter do no harm", arguments: PixelTransform.names)
  func extremes(name: String) throws {
    let parameters = try #require(PixelTransform.parameters(of: name))
    for pick in [\ClosedRange<Double>.lowerBound, \.upperBound] {
      let values = Dictionary(
        uniqueKeysWithValues: parameters.map { ($0.key, $0.range[keyPath: pick]) })
      let transform = try PixelTransform(name: name, values: values)
      var image = noise(12, 10)
      var generator = generator()
      for _ in 0..<5 { transform.apply(to: &image, using: &generator) }
      #expect(image.values.allSatisfy { (0...1).contains($0) })
    }
  }

  @Test("the same numbers give the same image, others another", arguments: PixelTransform.names)
  func determinism(name: String) throws {
    let transform = try PixelTransform(name: name)
    var images: Set<[Float]> = []
    for item in 0..<20 {
      var (first, second) = (noise(16, 16), noise(16, 16))
      var (one, two) = (generator(item), generator(item))
      transform.apply(to: &first, using: &one)
      transform.apply(to: &second, using: &two)
      #expect(first == second)
      #expect(one.next() == two.next())
      images.insert(first.values)
    }
    #expect(images.count > 1)
  }

  @Test(
    "draws as many numbers for any content",
    arguments: ["horizontal_flip", "shift", "pad_crop", "rotation", "color_jitter", "blur"])
  func draws(name: String) throws {
    let transform = try PixelTransform(name: name)
    for item in 0..<10 {
      var (first, second) = (noise(16, 16), PixelImage(height: 16, width: 16))
      var (one, two) = (generator(item), generator(item))
      transform.apply(to: &first, using: &one)
      transform.apply(to: &second, using: &two)
      #expect(one.next() == two.next())
    }
  }

  @Test func flips() {
    var image = PixelImage(height: 2, width: 3)
    image.values = (0..<18).map { Float($0) / 18 }
    let pixels = (0..<6).map { Array(image.values[(3 * $0)..<(3 * $0 + 3)]) }
    var generator = generator()
    var mirrored = image
    PixelTransform.horizontalFlip(probability: 1).apply(to: &mirrored, using: &generator)
    #expect(mirrored.values == [2, 1, 0, 5, 4, 3].flatMap { pixels[$0] })
    var turned = image
    PixelTransform.verticalFlip(probability: 1).apply(to: &turned, using: &generator)
    #expect(turned.values == [3, 4, 5, 0, 1, 2].flatMap { pixels[$0] })
  }

  @Test("happens as often as its probability says", arguments: [0.0, 0.2, 0.7, 1.0])
  func frequency(probability: Double) {
    let image = noise(2, 3)
    let changed = (0..<2000).count { item in
      var copy = image
      var generator = generator(item)
      PixelTransform.horizontalFlip(probability: probability).apply(to: &copy, using: &generator)
      return copy != image
    }
    // Four standard deviations of a binomial count.
    let deviation = (2000 * probability * (1 - probability)).squareRoot()
    #expect(abs(Double(changed) - 2000 * probability) <= 4 * deviation)
  }
}
