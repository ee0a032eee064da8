import Images
import Randomness
import Testing

@Suite struct ColourTransformTests {
  @Test func colourFactorsStayWithinTheirAmounts() {
    var (darkest, brightest) = (Float(1), Float(0))
    for item in 0..<500 {
      var image = row([0.5, 0.5])
      var generator = generator(item)
      PixelTransform.colorJitter(brightness: 0.4, contrast: 0, saturation: 0, hue: 0)
        .apply(to: &image, using: &generator)
      darkest = min(darkest, image.values[0])
      brightest = max(brightest, image.values[0])
    }
    #expect((0.3...0.31).contains(darkest))
    #expect((0.69...0.7).contains(brightest))
  }

  @Test func contrastKeepsTheMeanAndSaturationTheGray() {
    for item in 0..<50 {
      var image = row([0.4, 0.6])
      var generator = generator(item)
      PixelTransform.colorJitter(brightness: 0, contrast: 0.9, saturation: 0, hue: 0)
        .apply(to: &image, using: &generator)
      #expect(abs(image.values[0] + image.values[3] - 1) < 1e-6)
      // Gray has neither saturation nor hue.
      let before = image
      PixelTransform.colorJitter(brightness: 0, contrast: 0, saturation: 0.9, hue: 0.5)
        .apply(to: &image, using: &generator)
      #expect(zip(before.values, image.values).allSatisfy { abs($0 - $1) < 1e-6 })
    }
  }

  @Test func hueKeepsLargestAndSmallestChannel() {
    var sawGreenLargest = false
    for item in 0..<50 {
      var image = noise(4, 4)
      let before = image
      var generator = generator(item)
      PixelTransform.colorJitter(brightness: 0, contrast: 0, saturation: 0, hue: 0.5)
        .apply(to: &image, using: &generator)
      for start in stride(from: 0, to: 48, by: 3) {
        let (old, new) = (before.values[start..<(start + 3)], image.values[start..<(start + 3)])
        #expect(abs(old.max()! - new.max()!) < 1e-6)
        #expect(abs(old.min()! - new.min()!) < 1e-6)
      }
      var red = PixelImage(height: 1, width: 1)
      red.values = [1, 0, 0]
      PixelTransform.colorJitter(brightness: 0, contrast: 0, saturation: 0, hue: 0.5)
        .apply(to: &red, using: &generator)
      sawGreenLargest = sawGreenLargest || (red.values[1] == 1 && red.values[2] < 1)
    }
    #expect(sawGreenLargest)
  }

  @Test func blurSpreadsAPointAndKeepsTheSum() {
    var image = PixelImage(height: 15, width: 15)
    for channel in 0..<3 { image.values[(7 * 15 + 7) * 3 + channel] = 1 }
    var generator = generator()
    PixelTransform.blur(probability: 1, minSigma: 1.5, maxSigma: 1.5)
      .apply(to: &image, using: &generator)
    let gray = levels(image)
    #expect(abs(gray.reduce(0, +) - 1) < 1e-5)
    #expect(abs(gray[7 * 15 + 7] - 0.0708) < 0.001)  // 1 / (2 π σ²)
    #expect(abs(gray[7 * 15 + 4] - gray[4 * 15 + 7]) < 1e-7)
    var variance: Float = 0
    for (index, level) in gray.enumerated() {
      let distance = index % 15 - 7
      variance += level * Float(distance * distance)
    }
    // σ² = 2.25, less what the cut at 3σ takes.
    #expect((2.1...2.25).contains(variance))
  }

  @Test func blurLeavesAFlatImageFlat() {
    var image = PixelImage(height: 9, width: 7)
    for index in image.values.indices { image.values[index] = 0.7 }
    var generator = generator()
    PixelTransform.blur(probability: 1, minSigma: 2, maxSigma: 2)
      .apply(to: &image, using: &generator)
    #expect(image.values.allSatisfy { abs($0 - 0.7) < 1e-6 })
  }
}
