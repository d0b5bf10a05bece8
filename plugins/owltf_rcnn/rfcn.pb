
‹
messages.proto
owltf_rcnn"š
ROIPoolingParameter
pooled_h (:0RpooledH
pooled_w (:0RpooledW&
spatial_scale (:1RspatialScale
pooled_size (R
pooledSize"¡
ROIAlignParameter
pooled_h (:0RpooledH
pooled_w (:0RpooledW&
spatial_scale (:1RspatialScale(
sampling_ratio (:2RsamplingRatio"z
PSROIPoolingParameter#
spatial_scale (RspatialScale

output_dim (R	outputDim

group_size (R	groupSize"™
ProposalParameter#
feat_stride (:16R
featStride
	base_size (:16RbaseSize
min_size (:16RminSize
ratio (Rratio
scale (Rscale&
pre_nms_topn (:6000R
preNmsTopn'
post_nms_topn (:300RpostNmsTopn"

nms_thresh (:0.7R	nmsThresh"0
SmoothL1LossParameter
sigma (:1Rsigma"b
BoxAnnotatorOHEMParameter
roi_per_img (R	roiPerImg%
ignore_label (:-1RignoreLabel
ý

rfcn.proto
owltf_rcnncaffe.protomessages.proto:v
box_annotator_ohem_param.caffe.LayerParameter˜ (2%.owltf_rcnn.BoxAnnotatorOHEMParameterRboxAnnotatorOhemParam:i
psroi_pooling_param.caffe.LayerParameter™ (2!.owltf_rcnn.PSROIPoolingParameterRpsroiPoolingParam:c
roi_pooling_param.caffe.LayerParameterš (2.owltf_rcnn.ROIPoolingParameterRroiPoolingParam