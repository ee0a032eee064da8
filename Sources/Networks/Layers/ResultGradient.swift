import Kernels
import Tensors

/// The gradient of a layer's result, with what the layer above has already made of it.
package enum ResultGradient {
  /// The gradient as it is defined.
  case whole(MutableTensorView)
  /// The gradient of what the last ReLU of a residual block read: 0 where that ReLU gave 0.
  case gated(MutableTensorView)
  /// As gated, with the gradient of the last normalisation's input, which is computed from it.
  case normalized(MutableTensorView, NormalizedGradient)

  /// The elements, of the shape of the result.
  var view: MutableTensorView {
    switch self {
    case .whole(let view), .gated(let view), .normalized(let view, _): view
    }
  }
}
