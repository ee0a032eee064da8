import ArgumentParser
import Kernels

/// A convolution and how often a network has it.
struct ConvolutionLayer {
  var problem: ConvolutionProblem
  var repeats: Int
}

/// Networks whose convolutions are measured.
enum NetworkShapes: String, ExpressibleByArgument, CaseIterable {
  case resnet50, resnet20

  /// Side of the images the network was designed for.
  var usualSize: Int { self == .resnet50 ? 64 : 28 }

  /// The convolutions of a forward pass in order, equal ones counted once.
  func layers(height: Int, width: Int, batch: Int) -> [ConvolutionLayer] {
    var list = LayerList(batch: batch, height: height, width: width)
    switch self {
    case .resnet50:
      list.add(3, 64, kernel: 7, stride: 2)
      (list.height, list.width) = ((list.height + 1) / 2, (list.width + 1) / 2)  // max-pool
      var channels = 64
      for (width, blocks) in [(64, 3), (128, 4), (256, 6), (512, 3)] {
        for block in 0..<blocks {
          let stride = block == 0 && width > 64 ? 2 : 1
          if block == 0 { list.add(channels, 4 * width, kernel: 1, stride: stride, keep: true) }
          list.add(channels, width, kernel: 1)
          list.add(width, width, kernel: 3, stride: stride)
          list.add(width, 4 * width, kernel: 1)
          channels = 4 * width
        }
      }
    case .resnet20:
      list.add(3, 16, kernel: 3)
      var channels = 16
      for width in [16, 32, 64] {
        for block in 0..<3 {
          let stride = block == 0 && width > 16 ? 2 : 1
          list.add(channels, width, kernel: 3, stride: stride)
          list.add(width, width, kernel: 3)
          channels = width
        }
      }
    }
    return list.layers
  }

  private struct LayerList {
    var batch: Int
    var height: Int
    var width: Int
    var layers: [ConvolutionLayer] = []

    init(batch: Int, height: Int, width: Int) {
      (self.batch, self.height, self.width) = (batch, height, width)
    }

    /// Appends a convolution, and goes on with its output's extents unless these are kept.
    mutating func add(_ c: Int, _ k: Int, kernel: Int, stride: Int = 1, keep: Bool = false) {
      let problem = ConvolutionProblem(
        batch: batch, height: height, width: width, inChannels: c, outChannels: k, kernel: kernel,
        stride: stride, padding: kernel / 2)
      if let index = layers.firstIndex(where: { $0.problem == problem }) {
        layers[index].repeats += 1
      } else {
        layers.append(ConvolutionLayer(problem: problem, repeats: 1))
      }
      if !keep { (height, width) = (problem.outHeight, problem.outWidth) }
    }
  }
}
