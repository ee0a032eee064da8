/// The least multiple of `step` that is not below `value`.
@inline(__always)
func roundUp(_ value: Int, _ step: Int) -> Int { (value + step - 1) / step * step }
