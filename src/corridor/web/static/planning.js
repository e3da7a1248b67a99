// A slider says its value while it moves, in the words the server uses. Everything works without this file.
(function(){
var after={percent:"%",percent_points:" points",points:" points",minutes:" minutes",people:" patients"};
function steps(input){
 var step=parseFloat(input.dataset.step)||1,low=parseFloat(input.min),high=parseFloat(input.max),value=parseFloat(input.value);
 var near=Math.round((value-low)/step)*step+low;
 return Math.min(high,Math.max(low,Math.round(near*1e6)/1e6));
}
function words(input){
 var value=parseFloat(input.value),text=value.toLocaleString("en-US",{maximumFractionDigits:2}).replace("-","\u2212");
 if(input.dataset.unit==="dollars")return "$"+text;
 return (value>0&&parseFloat(input.min)<0?"+":"")+text+(after[input.dataset.unit]||"");
}
document.addEventListener("input",function(event){
 var input=event.target;
 if(input.type!=="range")return;
 if(input.step==="any")input.value=steps(input);
 var output=input.parentNode.querySelector("output");
 if(output)output.textContent=words(input);
 input.setAttribute("aria-valuetext",words(input));
 input.parentNode.classList.add("moved");
},true);
document.addEventListener("keydown",function(event){
 var input=event.target,move={ArrowRight:1,ArrowUp:1,ArrowLeft:-1,ArrowDown:-1}[event.key];
 if(input.type!=="range"||!move||input.step!=="any")return;
 event.preventDefault();
 input.value=parseFloat(input.value)+move*(parseFloat(input.dataset.step)||1);
 input.dispatchEvent(new Event("input",{bubbles:true}));
});
})();
